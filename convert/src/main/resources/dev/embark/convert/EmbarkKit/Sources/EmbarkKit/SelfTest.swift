import Foundation

/// What a self-test found.
public struct SelfTestReport: Sendable, CustomStringConvertible {
    /// One text in one program.
    public struct Result: Sendable {
        public let text: String
        public let length: Int
        public let hasRightTokens: Bool
        public let cosine: Double
        public let difference: Double
    }

    public let results: [Result]
    let minimumCosine: Double?
    let maximumDifference: Double?

    public var isPass: Bool {
        results.allSatisfy(isRight)
    }

    private func isRight(_ result: Result) -> Bool {
        // Not a number is not at least anything.
        result.hasRightTokens
            && (minimumCosine.map { result.cosine >= $0 } ?? true)
            && (maximumDifference.map { result.difference <= $0 } ?? true)
    }

    public var description: String {
        results
            .map { result in
                let verdict = isRight(result) ? "pass" : "FAIL"
                let tokens = result.hasRightTokens ? "" : ", other tokens"
                let figures = String(format: "cosine %.6f, difference %.2e", result.cosine, result.difference)
                return "\(verdict) at \(result.length) tokens: \(figures)\(tokens): \"\(result.text)\""
            }
            .joined(separator: "\n")
    }

    static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        guard left.count == right.count else {
            return .nan
        }
        var product = 0.0
        var leftSquares = 0.0
        var rightSquares = 0.0
        for (a, b) in zip(left, right) {
            product += Double(a) * Double(b)
            leftSquares += Double(a) * Double(a)
            rightSquares += Double(b) * Double(b)
        }
        return product / (leftSquares * rightSquares).squareRoot()
    }

    static func difference(_ left: [Float], _ right: [Float]) -> Double {
        guard left.count == right.count else {
            return .nan
        }
        return zip(left, right).map { abs(Double($0) - Double($1)) }.max() ?? .nan
    }
}
