package dev.embark.source;

import dev.embark.progress.Progress;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// The body of an answer on its way into a [PartialFile]; the answer decides whether it goes on
/// (206) or starts anew (200).
final class PartialBody implements BodySubscriber<Long> {
  private static final long OTHER_BYTES_MAX = 1 << 20;

  private final PartialFile file;
  private final Progress.Task task;
  private final CompletableFuture<Long> result = new CompletableFuture<>();
  // Set by onSubscribe, which the protocol calls before anything else.
  private Flow.@Nullable Subscription subscription;

  private PartialBody(PartialFile file, Progress.Task task) {
    this.file = file;
    this.task = task;
  }

  /// Returns a handler that stores the content and ignores what comes with other answers.
  static BodyHandler<Long> into(PartialFile file, Progress.Task task) {
    return answer ->
        switch (answer.statusCode()) {
          case 200 -> restarted(file, task);
          case 206 -> continued(answer, file, task);
          default -> BodySubscribers.limiting(BodySubscribers.replacing(0L), OTHER_BYTES_MAX);
        };
  }

  private static BodySubscriber<Long> restarted(PartialFile file, Progress.Task task) {
    var body = new PartialBody(file, task);
    try {
      file.restart();
    } catch (IOException e) {
      body.result.completeExceptionally(e);
    }
    return body;
  }

  private static BodySubscriber<Long> continued(
      ResponseInfo answer, PartialFile file, Progress.Task task) {
    var range = answer.headers().firstValue("Content-Range").orElse("");
    var body = new PartialBody(file, task);
    if (!range.startsWith("bytes " + file.size() + "-")) {
      body.result.completeExceptionally(
          new IOException("asked for bytes from " + file.size() + ", got \"" + range + "\""));
    }
    return body;
  }

  @Override
  public CompletionStage<Long> getBody() {
    return result;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    if (result.isDone()) {
      subscription.cancel();
    } else {
      subscription.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    var source = Objects.requireNonNull(subscription);
    try {
      task.advance(file.append(bytes));
      source.request(1);
    } catch (IOException e) {
      source.cancel();
      result.completeExceptionally(e);
    }
  }

  @Override
  public void onError(Throwable failure) {
    result.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    result.complete(file.size());
  }
}
