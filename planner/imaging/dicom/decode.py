"""The stored numbers of one file's frames, as integers or floats. Runs in the reading process.

Uncompressed pixels are read by numpy, RLE by pydicom's own decoder, codestreams by SimpleITK: from a file written
here that holds nothing but the pixel description and one frame, so that the native decoder sees no foreign header and
applies no rescale of its own. PS3.3 section C.7.6.3, PS3.5 section 8.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from planner.imaging.dicom.gate import RLE, Encoding, open_dataset, refused
from planner.imaging.dicom.pixel_checks import PixelFormat, fragments

PLAIN_CLASS = "1.2.840.10008.5.1.4.1.1.7"
"""Secondary Capture: the one image class without further meaning, so a decoder adds none. For the same reason one
sample is always MONOCHROME2 here: the native decoder would invert MONOCHROME1 by itself."""


def stored_frames(path: str, layout: PixelFormat, wanted: tuple[int, ...], scratch: Path) -> Iterator[NDArray[Any]]:
    """The ``wanted`` frames of the file in that order, each (rows, columns[, samples]). Raises NotTakenError."""
    with Path(path).open("rb") as file:
        stream = open_dataset(file, Encoding(layout.syntax, False, layout.is_little, layout.start))
        if layout.is_compressed:
            yield from _compressed(stream, layout, wanted, scratch)
            return
        for frame in wanted:
            stream.seek(layout.at + frame * layout.frame_bytes)
            yield _native(stream.read(layout.frame_bytes), layout)


def _native(data: bytes, layout: PixelFormat) -> NDArray[Any]:
    """Bytes of one frame as numbers, junk above the stored bits masked away and signs extended."""
    order = "<" if layout.is_little else ">"
    if layout.is_swapped:  # bytes written as big-endian words (PS3.5 section 8.1.1)
        data = np.frombuffer(data[: len(data) // 2 * 2], dtype=">u2").astype("<u2").tobytes()
    if layout.kind != "integer":
        array = np.frombuffer(data, dtype=order + ("f4" if layout.kind == "float" else "f8"))
    else:
        letter = "i" if layout.is_signed else "u"
        array = np.frombuffer(data, dtype=f"{order}{letter}{layout.allocated // 8}")
        array = _without_junk(array, layout)
    if len(data) < layout.frame_bytes:
        raise refused("pixels-short", wanted=str(layout.frame_bytes), there=str(len(data)))
    return _shaped(array.astype(array.dtype.newbyteorder("="), copy=False), layout)


def _without_junk(array: NDArray[Any], layout: PixelFormat) -> NDArray[Any]:
    high_bit = layout.stored - 1 if layout.high_bit is None else layout.high_bit
    above, below = layout.allocated - 1 - high_bit, high_bit + 1 - layout.stored
    if above == 0 and below == 0:
        return array
    native = array.astype(array.dtype.newbyteorder("="))
    return (native << above) >> (above + below)  # arithmetic for signed numbers: the sign comes along


def _shaped(array: NDArray[Any], layout: PixelFormat) -> NDArray[Any]:
    if layout.samples == 1:
        return array.reshape(layout.rows, layout.columns)
    if layout.planar == 1:
        return array.reshape(layout.samples, layout.rows, layout.columns).transpose(1, 2, 0)
    return array.reshape(layout.rows, layout.columns, layout.samples)


def _compressed(
    stream: BinaryIO, layout: PixelFormat, wanted: tuple[int, ...], scratch: Path
) -> Iterator[NDArray[Any]]:
    streams = _frame_streams(stream, layout)
    for frame in wanted:
        data = b"".join(_read(stream, at, length) for at, length in streams[frame])
        array = _by_pydicom(data, layout) if layout.syntax == RLE else _by_itk(data, layout, scratch)
        if array.shape[:2] != (layout.rows, layout.columns):
            raise refused("decoded-size")
        yield array


def _read(stream: BinaryIO, at: int, length: int) -> bytes:
    stream.seek(at)
    return stream.read(length)


def _frame_streams(stream: BinaryIO, layout: PixelFormat) -> list[list[tuple[int, int]]]:
    """The fragments of each frame. Without one fragment a frame, a frame begins where a codestream begins."""
    parts = fragments(stream, layout)
    if layout.frames == 1:
        return [parts]
    if len(parts) == layout.frames:
        return [[part] for part in parts]
    frames: list[list[tuple[int, int]]] = []
    for at, length in parts:
        if _read(stream, at, 3) in (b"\xff\xd8\xff", b"\xff\x4f\xff"):
            frames.append([])
        if not frames:
            raise refused("fragments")
        frames[-1].append((at, length))
    if len(frames) != layout.frames:
        raise refused("fragments")
    return frames


def _by_pydicom(data: bytes, layout: PixelFormat) -> NDArray[Any]:
    dataset = _plain_dataset(data, layout, layout.is_signed)
    dataset.pixel_array_options(decoding_plugin="pydicom")
    try:
        array: NDArray[Any] = dataset.pixel_array
    except Exception as reason:
        raise refused("decoder") from reason
    return _without_junk(array, layout)


def _by_itk(data: bytes, layout: PixelFormat, scratch: Path) -> NDArray[Any]:
    import SimpleITK as sitk

    place = scratch / "frame.dcm"
    _plain_dataset(data, layout, layout.is_stream_signed).save_as(place, enforce_file_format=True)
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(place))
    try:
        array: NDArray[Any] = sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError as reason:
        raise refused("decoder") from reason
    finally:
        place.unlink(missing_ok=True)
    array = array.reshape(array.shape[1:]) if array.ndim > 2 and array.shape[0] == 1 else array
    return _signed(array, layout)


def _signed(array: NDArray[Any], layout: PixelFormat) -> NDArray[Any]:
    """Unsigned codestream numbers under a header that says signed: the header means two's complement in ``stored``."""
    if not layout.is_signed or layout.is_stream_signed or array.dtype.kind != "u":
        return array
    above = array.dtype.itemsize * 8 - layout.stored
    return (array << above).view(array.dtype.str.replace("u", "i")) >> above


def _plain_dataset(data: bytes, layout: PixelFormat, is_signed: bool) -> Any:
    """A data set with the pixel description and one frame, and nothing of the file it came from."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import UID

    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(layout.syntax)
    meta.MediaStorageSOPClassUID = UID(PLAIN_CLASS)
    meta.MediaStorageSOPInstanceUID = UID("2.25.1")
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)  # type: ignore[arg-type]
    dataset.SOPClassUID, dataset.SOPInstanceUID = UID(PLAIN_CLASS), UID("2.25.1")
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = layout.rows, layout.columns, layout.samples
    dataset.PhotometricInterpretation = layout.photometric if layout.samples > 1 else "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored = layout.allocated, layout.stored
    dataset.HighBit = layout.stored - 1 if layout.high_bit is None else layout.high_bit
    dataset.PixelRepresentation = int(is_signed)
    if layout.samples > 1:
        dataset.PlanarConfiguration = layout.planar
    dataset.PixelData = encapsulate([data])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset
