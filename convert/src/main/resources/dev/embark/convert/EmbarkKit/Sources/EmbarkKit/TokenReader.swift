import Foundation
import Tokenizers

/// Tokens as a program takes them, not yet filled up.
struct TokenRow: Equatable {
    var ids: [Int32] = []
    /// 1 for a token, 2 for one that is seen but not pooled.
    var mask: [Int32] = []
    var types: [Int32] = []

    mutating func append(_ more: [Int32], type: Int32) {
        ids += more
        mask += Array(repeating: 1, count: more.count)
        types += Array(repeating: type, count: more.count)
    }
}

/// Text to tokens: special tokens come from `app.json`, all others from the tokenizer.
struct TokenReader {
    private let tokenizer: any Tokenizer
    private let description: AppDescription

    init(folder: URL, description: AppDescription) async throws {
        self.tokenizer = try await AutoTokenizer.from(modelFolder: folder)
        self.description = description
    }

    func row(text: String, prompt name: String?) throws -> TokenRow {
        guard let around = description.single else {
            throw EmbarkError.otherOutput(description.output)
        }
        let prompt = try prompt(name)
        let room = description.maximumLength - around.head.count - around.tail.count
        var row = TokenRow()
        row.append(around.head, type: 0)
        row.append(cut(tokens((prompt?.text ?? "") + text), to: room), type: 0)
        row.append(around.tail, type: 0)
        for position in 0..<min(prompt?.uncounted ?? 0, row.mask.count) {
            row.mask[position] = 2
        }
        return row
    }

    func row(query: String, document: String) throws -> TokenRow {
        guard let around = description.pair else {
            throw EmbarkError.otherOutput(description.output)
        }
        let room = description.maximumLength - around.head.count - around.middle.count - around.tail.count
        let (first, second) = cut(tokens(query), tokens(document), to: room)
        var row = TokenRow()
        row.append(around.head, type: 0)
        row.append(first, type: 0)
        row.append(around.middle, type: 0)
        row.append(second, type: around.secondType)
        row.append(around.tail, type: around.secondType)
        return row
    }

    private func prompt(_ name: String?) throws -> AppDescription.Prompt? {
        let wanted = name ?? description.defaultPrompt
        if wanted.isEmpty {
            return nil
        }
        guard let prompt = description.prompts[wanted] else {
            throw EmbarkError.noPrompt(wanted)
        }
        return prompt
    }

    private func tokens(_ text: String) -> [Int32] {
        let read = description.lowercase ? text.lowercased() : text
        return tokenizer.encode(text: read, addSpecialTokens: false).map(Int32.init)
    }

    private func cut(_ tokens: [Int32], to room: Int) -> [Int32] {
        description.truncationSide == "left" ? Array(tokens.suffix(room)) : Array(tokens.prefix(room))
    }

    /// Cuts the longer of two texts first, as the tokenizers library does.
    private func cut(_ first: [Int32], _ second: [Int32], to room: Int) -> ([Int32], [Int32]) {
        if first.count + second.count <= room {
            return (first, second)
        }
        var shorter = min(first.count, second.count)
        var longer = max(shorter, room - shorter)
        if shorter + longer > room {
            shorter = room / 2
            longer = room - shorter
        }
        return first.count > second.count
            ? (cut(first, to: longer), cut(second, to: shorter))
            : (cut(first, to: shorter), cut(second, to: longer))
    }
}
