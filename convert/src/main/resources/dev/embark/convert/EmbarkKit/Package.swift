// swift-tools-version: 5.9

import PackageDescription

let package = Package(
    name: "EmbarkKit",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "EmbarkKit", targets: ["EmbarkKit"])],
    dependencies: [
        .package(url: "https://github.com/huggingface/swift-transformers", from: "1.0.0")
    ],
    targets: [
        .target(
            name: "EmbarkKit",
            dependencies: [.product(name: "Transformers", package: "swift-transformers")]
        ),
        .testTarget(name: "EmbarkKitTests", dependencies: ["EmbarkKit"]),
    ]
)
