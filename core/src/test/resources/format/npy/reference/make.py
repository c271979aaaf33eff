"""Writes arrays with NumPy."""

import numpy

numpy.save("f4.npy", numpy.array([[1.5, -2], [3, 4], [5, 6]], "<f4"))
numpy.save("f8.npy", numpy.array([1.5, -2], "<f8"))
numpy.save("i8.npy", numpy.array([1 << 40, -1, 3], "<i8"))
numpy.save("scalar.npy", numpy.array(7, "<i4"))
with open("version2.npy", "wb") as file:
    numpy.lib.format.write_array(file, numpy.array([[1, 2]], "<f4"), version=(2, 0))
numpy.save("fortran.npy", numpy.asfortranarray(numpy.ones((2, 3), "<f4")))
numpy.save("big.npy", numpy.ones(2, ">f4"))
numpy.savez_compressed("several.npz", a=numpy.array([1, 2], "<f4"), b=numpy.array([3], "<i8"))
