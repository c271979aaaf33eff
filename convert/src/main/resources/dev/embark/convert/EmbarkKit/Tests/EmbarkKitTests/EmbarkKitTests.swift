import Foundation
import XCTest

@testable import EmbarkKit

/// Set `EMBARK_BUNDLE` to a bundle's folder to test it on a Mac: `EMBARK_BUNDLE=… swift test`.
final class EmbarkKitTests: XCTestCase {
    func testTheBundleIsRight() async throws {
        guard let path = ProcessInfo.processInfo.environment["EMBARK_BUNDLE"] else {
            throw XCTSkip("EMBARK_BUNDLE is not set")
        }
        let model = try await EmbarkModel(bundle: URL(fileURLWithPath: path, isDirectory: true))
        let report = try await model.selfTest()
        XCTAssertFalse(report.results.isEmpty, "the bundle was not verified and has no samples")
        XCTAssertTrue(report.isPass, report.description)
    }

    func testCosineOfOtherLengthsIsNoNumber() {
        XCTAssertTrue(SelfTestReport.cosine([1], [1, 2]).isNaN)
        XCTAssertEqual(SelfTestReport.cosine([3, 4], [6, 8]), 1, accuracy: 1e-12)
    }
}
