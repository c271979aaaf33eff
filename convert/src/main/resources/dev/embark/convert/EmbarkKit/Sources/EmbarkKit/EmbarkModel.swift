import CoreML
import Foundation

/// A model of a bundle, on this device.
///
/// Programs are opened when a text first needs them; one call computes at a time.
public actor EmbarkModel {
    public nonisolated let description: AppDescription

    private let folder: URL
    private let variant: AppDescription.Variant
    private let units: MLComputeUnits
    private let reader: TokenReader
    private var programs: [Int: Program] = [:]

    /// Opens a bundle, and tests it where it was not tested on this device before.
    ///
    /// - Parameters:
    ///   - bundle: the folder with `embark.json`
    ///   - precision: such as `fp16`; nil for the first that the bundle lists
    ///   - computeUnits: nil for those that suit the precision
    public init(bundle: URL, precision: String? = nil, computeUnits: MLComputeUnits? = nil) async throws {
        let folder = bundle.appendingPathComponent("coreml", isDirectory: true)
        let description = try AppDescription.read(folder.appendingPathComponent("app.json"))
        let wanted = description.variants.first { precision == nil || $0.precision == precision }
        guard let variant = wanted else {
            throw EmbarkError.noVariant(precision ?? "Core ML")
        }
        self.description = description
        self.folder = folder
        self.variant = variant
        self.units = computeUnits ?? (variant.computeUnits == "all" ? .all : .cpuAndGPU)
        self.reader = try await TokenReader(folder: bundle, description: description)
        try await testOnce()
    }

    /// Returns the vector of a text.
    ///
    /// - Parameter prompt: name of one of the model's prompts; nil for its default, if it has one
    public func embed(_ text: String, prompt: String? = nil) async throws -> [Float] {
        try await values(for: reader.row(text: text, prompt: prompt))
    }

    /// Returns the scores of a pair, one for each label.
    public func scores(query: String, document: String) async throws -> [Float] {
        let raw = try await values(for: reader.row(query: query, document: document))
        return description.activation == "Sigmoid" ? raw.map { 1 / (1 + exp(-$0)) } : raw
    }

    private func values(for row: TokenRow) async throws -> [Float] {
        let values = try await program(for: row.ids.count).values(for: row, padId: description.padId)
        guard values.count == description.values else {
            throw EmbarkError.wrongOutput("\(values.count) values, expected \(description.values)")
        }
        return values
    }

    /// Returns the program of the shortest length that holds so many tokens.
    private func program(for count: Int) async throws -> Program {
        let fitting = variant.programs.filter { $0.length >= count }
        guard let entry = fitting.min(by: { $0.length < $1.length }) else {
            throw EmbarkError.wrongOutput("no program takes \(count) tokens")
        }
        if let opened = programs[entry.length] {
            return opened
        }
        let opened = try await Program(entry, in: folder, units: units, output: description.output)
        programs[entry.length] = opened
        return opened
    }

    private func testOnce() async throws {
        let system = ProcessInfo.processInfo.operatingSystemVersionString
        let parts = [description.model, variant.precision, "\(units.rawValue)", system]
        let key = "EmbarkKit.passed." + parts.joined(separator: ".")
        if UserDefaults.standard.bool(forKey: key) {
            return
        }
        let report = try await selfTest()
        guard report.isPass else {
            throw EmbarkError.selfTestFailed(report)
        }
        UserDefaults.standard.set(!report.results.isEmpty, forKey: key)
    }

    /// Compares tokens and values with those of the original model.
    ///
    /// Every program is asked, so that none is wrong unseen.
    public func selfTest() async throws -> SelfTestReport {
        var results: [SelfTestReport.Result] = []
        for sample in description.samples {
            let expected = TokenRow(ids: sample.inputIds, mask: sample.attentionMask, types: sample.tokenTypeIds)
            let read = try sample.document.map { try reader.row(query: sample.text, document: $0) }
                ?? reader.row(text: sample.text, prompt: sample.prompt ?? "")
            for entry in variant.programs where entry.length >= expected.ids.count {
                let values = try await program(for: entry.length).values(for: expected, padId: description.padId)
                results.append(
                    SelfTestReport.Result(
                        text: sample.text,
                        length: entry.length,
                        hasRightTokens: read.ids == expected.ids,
                        cosine: SelfTestReport.cosine(values, sample.values),
                        difference: SelfTestReport.difference(values, sample.values)
                    )
                )
            }
        }
        return SelfTestReport(
            results: results,
            minimumCosine: variant.minimumCosine,
            maximumDifference: variant.maximumDifference
        )
    }
}
