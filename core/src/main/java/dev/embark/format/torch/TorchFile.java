package dev.embark.format.torch;

import dev.embark.format.ModelFile;
import dev.embark.format.ShardIndex;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;

/// PyTorch files that hold a dictionary of tensors: `pytorch_model.bin` and alike. No element is
/// copied to the heap, and nothing in the file is run.
///
/// Tensors have to lie row by row in their storage, as they do unless a model was saved with views
/// across others. Of the checkpoint of a training, the dictionary `state_dict` counts.
public final class TorchFile {
  private TorchFile() {}

  /// Maps a file and returns its tensors by name; their memory is released with `arena`.
  public static SortedMap<String, Tensor> open(Path file, Arena arena) {
    var complaint = new Complaint(file);
    var bytes = ModelFile.map(file, arena);
    return Collections.unmodifiableSortedMap(StateDict.read(complaint, content(complaint, bytes)));
  }

  /// Maps all files of an index, `pytorch_model.bin.index.json`, and returns the tensors it lists
  /// by name.
  public static SortedMap<String, Tensor> openIndex(Path index, Arena arena) {
    return ShardIndex.open(index, shard -> open(shard, arena));
  }

  private static Content content(Complaint complaint, MemorySegment bytes) {
    if (ZipFolder.isZip(bytes)) {
      return ZipLayout.read(complaint, bytes);
    }
    if (SequenceLayout.isSequence(bytes)) {
      return SequenceLayout.read(complaint, bytes);
    }
    throw complaint.damaged(
        "is no PyTorch file: it starts neither as a zip file nor with PyTorch's magic number",
        bytes.byteSize() == 0 ? "The file is empty." : "");
  }
}
