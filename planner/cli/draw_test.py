"""``planner --draw-test``: one off-screen 3-D picture; prints what drew it. The doctor runs it in a process of its
own, because VTK without a GL library does not raise: it ends the process."""

DRAW_TEST_FLAG = "--draw-test"


def draw_test() -> int:
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - its side effect is the back end
    from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetSize(64, 64)
    window.AddRenderer(vtkRenderer())
    window.Render()
    report = window.ReportCapabilities().split("OpenGL renderer string:")
    print(report[-1].splitlines()[0].strip())
    return 0
