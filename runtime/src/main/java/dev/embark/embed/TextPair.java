package dev.embark.embed;

/// Two texts that are scored together.
public record TextPair(String query, String document) {}
