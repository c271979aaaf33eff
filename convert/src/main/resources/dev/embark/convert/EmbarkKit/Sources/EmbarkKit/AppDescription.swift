import Foundation

/// `coreml/app.json` of a bundle.
public struct AppDescription: Decodable, Sendable {
    /// Special tokens around a text.
    struct Single: Decodable, Sendable {
        let head: [Int32]
        let tail: [Int32]
    }

    /// Special tokens around and between two texts.
    struct Pair: Decodable, Sendable {
        let head: [Int32]
        let middle: [Int32]
        let tail: [Int32]
        /// Segment of the second text and of what follows it.
        let secondType: Int32

        enum CodingKeys: String, CodingKey {
            case head, middle, tail
            case secondType = "second_type"
        }
    }

    /// A text before texts.
    struct Prompt: Decodable, Sendable {
        let text: String
        /// Tokens at the start that are seen but not pooled.
        let uncounted: Int
    }

    /// Packages of one precision.
    struct Variant: Decodable, Sendable {
        let precision: String
        let computeUnits: String
        let minimumCosine: Double?
        let maximumDifference: Double?
        let programs: [Entry]

        enum CodingKeys: String, CodingKey {
            case precision, programs
            case computeUnits = "compute_units"
            case minimumCosine = "minimum_cosine"
            case maximumDifference = "maximum_difference"
        }
    }

    /// A program for texts of exactly `length` tokens.
    struct Entry: Decodable, Sendable {
        let length: Int
        let package: String
        /// Its name in a package of several.
        let function: String?
    }

    /// A text, its tokens, and what the original model answers.
    struct Sample: Decodable, Sendable {
        let text: String
        let document: String?
        let prompt: String?
        let inputIds: [Int32]
        let attentionMask: [Int32]
        let tokenTypeIds: [Int32]
        let values: [Float]

        enum CodingKeys: String, CodingKey {
            case text, document, prompt, values
            case inputIds = "input_ids"
            case attentionMask = "attention_mask"
            case tokenTypeIds = "token_type_ids"
        }
    }

    let format: Int
    let model: String
    let maximumLength: Int
    let lowercase: Bool
    let truncationSide: String
    let output: String
    let values: Int
    let activation: String?
    let padId: Int32
    let single: Single?
    let pair: Pair?
    let prompts: [String: Prompt]
    let defaultPrompt: String
    let variants: [Variant]
    let samples: [Sample]

    enum CodingKeys: String, CodingKey {
        case format, model, lowercase, output, values, activation, single, pair, prompts, variants, samples
        case maximumLength = "maximum_length"
        case truncationSide = "truncation_side"
        case padId = "pad_id"
        case defaultPrompt = "default_prompt"
    }

    static func read(_ file: URL) throws -> AppDescription {
        let description = try JSONDecoder().decode(AppDescription.self, from: Data(contentsOf: file))
        guard description.format == 1 else {
            throw EmbarkError.unknownFormat(description.format)
        }
        return description
    }
}
