"""How much memory a reader's process may take.

What holds where:

* Linux: ``RLIMIT_AS`` caps the address space. The allocation that goes over it fails: numpy raises MemoryError, a C++
  library throws, a careless one dies by a signal. The program itself is never in danger.
* Windows: a job object caps the committed memory of the process; allocations fail as on Linux.
* macOS does not enforce ``RLIMIT_AS``: a thread looks at the resident size every 50 ms and ends the process. Code that
  holds Python's lock while it allocates can overshoot until it gives the lock back.

Windows and macOS follow their documentation and have not been tried on such machines.
"""

import os
import sys
import threading
import time

EXIT_MEMORY = 77
"""The exit code of a process that its own watch ended."""

WATCH_EVERY_S = 0.05
FEW_ARENAS = 2
"""glibc reserves 64 MB of address space a thread unless told to share; two arenas leave the cap to the data."""


def cap_memory(memory_mb: int) -> None:
    """Cap this process. Call it once, before the heavy libraries are imported."""
    if sys.platform == "win32":
        _cap_by_job(memory_mb << 20)
    elif sys.platform == "darwin":
        threading.Thread(target=_watch, args=(memory_mb << 20,), daemon=True).start()
    else:
        _cap_by_rlimit(memory_mb << 20)


def _cap_by_rlimit(cap_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import ctypes
    import resource

    malloc_arena_max = -8  # M_ARENA_MAX of glibc's malloc.h
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(malloc_arena_max, FEW_ARENAS)
    resource.setrlimit(resource.RLIMIT_AS, (cap_bytes, cap_bytes))


def _watch(cap_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < cap_bytes:  # bytes on macOS
        time.sleep(WATCH_EVERY_S)
    os._exit(EXIT_MEMORY)


if sys.platform == "win32":

    def _cap_by_job(cap_bytes: int) -> None:
        """JOB_OBJECT_LIMIT_PROCESS_MEMORY; Microsoft's documentation of JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""
        import ctypes
        from ctypes import wintypes

        class Basic(ctypes.Structure):
            _fields_ = [
                ("PerProcessUserTimeLimit", ctypes.c_int64),
                ("PerJobUserTimeLimit", ctypes.c_int64),
                ("LimitFlags", wintypes.DWORD),
                ("MinimumWorkingSetSize", ctypes.c_size_t),
                ("MaximumWorkingSetSize", ctypes.c_size_t),
                ("ActiveProcessLimit", wintypes.DWORD),
                ("Affinity", ctypes.c_size_t),
                ("PriorityClass", wintypes.DWORD),
                ("SchedulingClass", wintypes.DWORD),
            ]

        class Extended(ctypes.Structure):
            _fields_ = [
                ("BasicLimitInformation", Basic),
                ("IoInfo", ctypes.c_uint64 * 6),
                ("ProcessMemoryLimit", ctypes.c_size_t),
                ("JobMemoryLimit", ctypes.c_size_t),
                ("PeakProcessMemoryUsed", ctypes.c_size_t),
                ("PeakJobMemoryUsed", ctypes.c_size_t),
            ]

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.CreateJobObjectW.argtypes = [wintypes.LPVOID, wintypes.LPCWSTR]
        kernel.SetInformationJobObject.argtypes = [wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD]
        kernel.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        limits = Extended()
        limits.BasicLimitInformation.LimitFlags = 0x100  # JOB_OBJECT_LIMIT_PROCESS_MEMORY
        limits.ProcessMemoryLimit = cap_bytes
        job = kernel.CreateJobObjectW(None, None)
        extended_limit_information = 9
        done = job and kernel.SetInformationJobObject(
            job, extended_limit_information, ctypes.byref(limits), ctypes.sizeof(limits)
        )
        if not (done and kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())):
            raise ctypes.WinError(ctypes.get_last_error())
