"""MAT-files as MATLAB writes them for a table: the columns lie in the hidden workspace."""

import io
import struct

import numpy as np
import scipy.io


def element(kind, data):
    """One MAT-file element: type, length, bytes filled up to eight."""
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def matrix_of(value):
    """The MAT-file matrix element of a numpy array, as scipy writes it."""
    file = io.BytesIO()
    scipy.io.savemat(file, {"w": value})
    return file.getvalue()[128:]


def cells(*values):
    array = np.empty((1, len(values)), dtype=object)
    for place, value in enumerate(values):
        array[0, place] = value
    return array


def table_file(columns):
    """A MAT-file as MATLAB writes it for a table: the columns lie in the hidden workspace."""
    names = cells(*(np.array([name]) for name in columns))
    packed = cells(np.zeros((8, 1), np.uint8), cells(*columns.values()), np.array([[2.0]]), names)
    opaque = (
        element(6, struct.pack("<II", 17, 0)) + element(1, b"") + element(1, b"MCOS") + element(1, b"FileWrapper__")
    )
    opaque = element(14, opaque + matrix_of(packed.T))
    header = element(6, struct.pack("<II", 2, 0)) + element(5, struct.pack("<ii", 1, 1)) + element(1, b"")
    fields = struct.pack("<HHI", 5, 4, 5) + element(1, b"MCOS\0")
    workspace = struct.pack("<H2s4x", 0x0100, b"IM") + element(14, header + fields + opaque)
    hidden = matrix_of(np.frombuffer(workspace, np.uint8)[None, :])
    # The workspace is the element without a name; scipy writes only named ones.
    hidden = hidden.replace(b"\x01\x00\x01\x00w\x00\x00\x00", struct.pack("<II", 1, 0), 1)
    return b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H2s", 0x0100, b"IM") + hidden


def numbers(*values):
    return np.array(values)[:, None]


def texts(*values):
    return cells(*(np.array([value]) for value in values)).T
