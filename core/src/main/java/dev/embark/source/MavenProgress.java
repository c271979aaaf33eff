package dev.embark.source;

import dev.embark.progress.Progress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.TransferEvent;
import org.eclipse.aether.transfer.TransferResource;

/// Tells how far Maven is with a jar.
final class MavenProgress extends AbstractTransferListener {
  private final Progress progress;
  private final Map<TransferResource, Progress.Task> tasks = new ConcurrentHashMap<>();

  MavenProgress(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void transferStarted(TransferEvent event) {
    var resource = event.getResource();
    if (resource.getResourceName().endsWith(".jar")) {
      tasks.put(
          resource,
          progress.begin(
              RelativeName.last(resource.getResourceName()),
              Math.max(0, resource.getContentLength()),
              Progress.Unit.BYTES));
    }
  }

  @Override
  public void transferProgressed(TransferEvent event) {
    var task = tasks.get(event.getResource());
    if (task != null) {
      task.advance(event.getDataLength());
    }
  }

  @Override
  public void transferSucceeded(TransferEvent event) {
    end(event);
  }

  @Override
  public void transferFailed(TransferEvent event) {
    end(event);
  }

  @Override
  public void transferCorrupted(TransferEvent event) {
    end(event);
  }

  private void end(TransferEvent event) {
    var task = tasks.remove(event.getResource());
    if (task != null) {
      task.close();
    }
  }
}
