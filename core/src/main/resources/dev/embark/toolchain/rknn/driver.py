"""Builds an RKNN file with Rockchip's toolkit, and computes it in its simulator.

    python driver.py JOB

JOB is a file of one JSON object:
    onnx    model to be built
    chip    such as rk3588
    mark    text that the file carries; at most 1,023 bytes
    out     file to be written; none where the model is for the simulator only
    inputs  sizes of each input; none where nothing is to be simulated
    memory  most bytes that may be used

One line of JSON says how the build ended, on what was the standard output: `ok`, or else
`stage` and `error`. Where inputs are given, requests follow on the standard input: the values of
each input, as little-endian 32-bit floats. An answer is a byte, 1 or 0, a little-endian 32-bit
count, and so many floats or, after 0, so many bytes of text. The end of the input ends it.

All that the toolkit prints goes to the standard error, and all its files to the working folder.
"""

import json
import math
import os
import resource
import struct
import sys

# Native libraries print as well, so that the number itself has to lead elsewhere.
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)


def tell(report):
    answers.write(json.dumps(report).encode() + b"\n")
    answers.flush()


def leave(code):
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Some versions of the toolkit wait for their threads for ever.


class Refused(Exception):
    pass


def require(what, code):
    if code not in (0, None):
        raise Refused(f"{what} answers {code}")


class Build:
    def __init__(self, job):
        self.job = job
        self.stage = "limit"

    def run(self):
        job = self.job
        resource.setrlimit(resource.RLIMIT_DATA, (job["memory"], job["memory"]))
        self.stage = "import"
        from rknn.api import RKNN

        self.stage = "config"
        toolkit = RKNN(verbose=True)
        require(
            "config",
            toolkit.config(target_platform=job["chip"], custom_string=job["mark"]),
        )
        self.stage = "load_onnx"
        require("load_onnx", toolkit.load_onnx(model=job["onnx"]))
        self.stage = "build"
        require("build", toolkit.build(do_quantization=False))
        if "out" in job:
            self.stage = "export_rknn"
            require("export_rknn", toolkit.export_rknn(job["out"]))
        if "inputs" in job:
            self.stage = "init_runtime"
            require("init_runtime", toolkit.init_runtime())
        tell({"ok": True})
        return toolkit


def inputs(shapes):
    """Returns the arrays of a request, nothing where there is no more."""
    import numpy

    arrays = []
    for shape in shapes:
        size = 4 * math.prod(shape)
        values = sys.stdin.buffer.read(size)
        if len(values) < size:
            return None
        arrays.append(numpy.frombuffer(values, "<f4").reshape(shape))
    return arrays


def serve(toolkit, shapes):
    import numpy

    while (arrays := inputs(shapes)) is not None:
        try:
            results = toolkit.inference(inputs=arrays)
            if not results:
                raise Refused("the simulator answers nothing")
            values = numpy.ascontiguousarray(results[0], "<f4")
            answers.write(struct.pack("<Bi", 1, values.size) + values.tobytes())
        except BaseException as error:
            text = said(error).encode()
            answers.write(struct.pack("<Bi", 0, len(text)) + text)
        answers.flush()


def said(error):
    return f"{type(error).__name__}: {error}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    build = Build(job)
    try:
        toolkit = build.run()
    # The toolkit raises what it likes, the end of the process included.
    except BaseException as error:
        tell({"ok": False, "stage": build.stage, "error": said(error)})
        leave(2)
    try:
        if "inputs" in job:
            serve(toolkit, job["inputs"])
    finally:
        leave(0)


main()
