/// What can go wrong, in words for whoever builds the app.
public enum EmbarkError: Error, CustomStringConvertible {
    /// `app.json` is of a format that this code does not know.
    case unknownFormat(Int)
    /// The bundle has no packages of that precision.
    case noVariant(String)
    /// The package is neither there nor compiled.
    case noPackage(String)
    /// The model has no prompt of that name.
    case noPrompt(String)
    /// The model scores pairs and gives no vectors, or the other way round.
    case otherOutput(String)
    /// The system is too old for packages with several programs.
    case systemTooOld
    /// The model answered with other values than it has.
    case wrongOutput(String)
    /// The device does not compute what the original model computes.
    case selfTestFailed(SelfTestReport)

    public var description: String {
        switch self {
        case .unknownFormat(let number):
            return "app.json has format \(number), this EmbarkKit reads 1."
        case .noVariant(let precision):
            return "The bundle has no \(precision) packages."
        case .noPackage(let name):
            return "\(name) is not in the bundle, neither as it is nor compiled."
        case .noPrompt(let name):
            return "The model has no prompt \"\(name)\"."
        case .otherOutput(let name):
            return "The model gives \(name)."
        case .systemTooOld:
            return "Packages with several programs need iOS 18 or macOS 15."
        case .wrongOutput(let what):
            return "The model's output is not what app.json says: \(what)."
        case .selfTestFailed(let report):
            return "The self-test failed.\n\(report)"
        }
    }
}
