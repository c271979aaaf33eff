/// PyTorch files: tensors as views of a mapped file, read by a pickle machine that can build
/// tensors and nothing else.
///
/// `torch.save` writes two layouts. Since PyTorch 1.6 it is a
/// [zip](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) whose entries are stored, not
/// compressed, all in one folder of any name:
///
/// | entry | content |
/// |---|---|
/// | `data.pkl` | one pickle: the dictionary of tensors, without their elements |
/// | `data/<key>` | the elements of one storage; several tensors may share it |
/// | `byteorder` | `little`; missing in files of PyTorch before 2.1, which are little-endian too |
/// | `version`, `.data/serialization_id`, … | not needed |
///
/// Entries are found through the directory at the end, all numbers little-endian:
///
/// | record | bytes used |
/// |---|---|
/// | end of directory, `PK 5 6`, last 22 bytes and a comment of up to 65,535 | 4, 6 disks (0); 8, 10 entries (2); 12 size (4); 16 place (4); 20 length of the comment (2) |
/// | its 64-bit form, `PK 6 6`, for numbers that do not fit | 24, 32 entries (8); 40 size (8); 48 place (8) |
/// | where that is, `PK 6 7`, the 20 bytes before the end of directory | 8 place (8) |
/// | one entry of the directory, `PK 1 2` | 8 flags (2); 10 method (2); 20 stored size (4); 24 size (4); 28, 30, 32 lengths of name, extra and comment (2); 42 place (4); 46 name, extra, comment |
/// | extra field 1 | those of size, stored size and place that are `0xffffffff` there (8 each) |
/// | what precedes the data, `PK 3 4` | 8 method (2); 26, 28 lengths of name and extra (2); 30 name, extra |
///
/// Before PyTorch 1.6 a file is a sequence:
///
/// | part | content |
/// |---|---|
/// | pickle | the number `0x1950a86a20f9469cfc6c`, always the same 15 bytes |
/// | pickle | the number 1001, version of the layout |
/// | pickle | a dictionary with `little_endian` |
/// | pickle | the dictionary of tensors, without their elements |
/// | pickle | the list of the keys of all storages |
/// | for each key | number of elements (8), elements |
///
/// A [pickle](https://docs.python.org/3/library/pickletools.html) is a program for a machine with a
/// stack. It may name any function of any Python module and call it, which is how pickles attack
/// whoever loads them. The machine here knows the few names that `torch.save` writes for tensors;
/// at any other it stops. A tensor is `_rebuild_tensor_v2(storage, offset, sizes, strides, …)`,
/// offset and strides counted in elements; a storage is the persistent id `('storage', <type>, key,
/// device, number of elements)`.
///
/// Checksums are not looked at: `torch.save` can be told to leave them out.
@NullMarked
package dev.embark.format.torch;

import org.jspecify.annotations.NullMarked;
