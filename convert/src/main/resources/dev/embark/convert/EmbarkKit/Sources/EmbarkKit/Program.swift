import CoreML
import Foundation

/// A compiled model that takes one text of exactly `length` tokens.
struct Program {
    let length: Int
    private let model: MLModel
    private let output: String

    init(
        _ entry: AppDescription.Entry, in folder: URL, units: MLComputeUnits, output: String
    ) async throws {
        let configuration = MLModelConfiguration()
        configuration.computeUnits = units
        if let function = entry.function {
            guard #available(iOS 18, macOS 15, *) else {
                throw EmbarkError.systemTooOld
            }
            configuration.functionName = function
        }
        let compiled = try await Program.compiled(entry.package, in: folder)
        self.length = entry.length
        self.output = output
        self.model = try MLModel(contentsOf: compiled, configuration: configuration)
    }

    /// Returns the compiled model: made by Xcode, kept from an earlier run, or compiled now.
    private static func compiled(_ name: String, in folder: URL) async throws -> URL {
        let files = FileManager.default
        let package = folder.appendingPathComponent(name)
        let stem = package.deletingPathExtension().lastPathComponent
        let byXcode = folder.appendingPathComponent(stem + ".mlmodelc")
        if files.fileExists(atPath: byXcode.path) {
            return byXcode
        }
        guard files.fileExists(atPath: package.path) else {
            throw EmbarkError.noPackage(name)
        }
        let caches = try files.url(for: .cachesDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
            .appendingPathComponent("EmbarkKit", isDirectory: true)
        try files.createDirectory(at: caches, withIntermediateDirectories: true)
        let kept = caches.appendingPathComponent("\(stem)-\(try stamp(of: package)).mlmodelc")
        if files.fileExists(atPath: kept.path) {
            return kept
        }
        let fresh = try await MLModel.compileModel(at: package)
        do {
            try files.moveItem(at: fresh, to: kept)
        } catch where files.fileExists(atPath: kept.path) {
            // Another instance was faster.
            try? files.removeItem(at: fresh)
        }
        return kept
    }

    /// Changes with the package, so that an update of the app does not run the old one.
    private static func stamp(of package: URL) throws -> String {
        let model = package.appendingPathComponent("Data/com.apple.CoreML/model.mlmodel")
        let values = try model.resourceValues(forKeys: [.fileSizeKey, .contentModificationDateKey])
        let seconds = Int(values.contentModificationDate?.timeIntervalSince1970 ?? 0)
        return "\(values.fileSize ?? 0)-\(seconds)"
    }

    /// Returns the values for tokens, at most `length` of them.
    func values(for row: TokenRow, padId: Int32) throws -> [Float] {
        try autoreleasepool {
            var features = [
                "input_ids": MLFeatureValue(multiArray: try array(row.ids, filler: padId)),
                "attention_mask": MLFeatureValue(multiArray: try array(row.mask, filler: 0)),
            ]
            if model.modelDescription.inputDescriptionsByName["token_type_ids"] != nil {
                features["token_type_ids"] = MLFeatureValue(multiArray: try array(row.types, filler: 0))
            }
            let answer = try model.prediction(from: MLDictionaryFeatureProvider(dictionary: features))
            guard let result = answer.featureValue(for: output)?.multiArrayValue else {
                throw EmbarkError.wrongOutput("there is no \(output)")
            }
            // Rows of a result may be padded; a shaped array is not.
            return MLShapedArray<Float>(converting: result).scalars
        }
    }

    private func array(_ values: [Int32], filler: Int32) throws -> MLMultiArray {
        let array = try MLMultiArray(shape: [1, NSNumber(value: length)], dataType: .int32)
        array.withUnsafeMutableBufferPointer(ofType: Int32.self) { cells, _ in
            for position in 0..<length {
                cells[position] = position < values.count ? values[position] : filler
            }
        }
        return array
    }
}
