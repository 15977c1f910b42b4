"""Solves the problems that `cargo bench --bench siting DIR` writes with HiGHS, to check the results of One Map. Prints
the optimum and the CPU time. Needs `pip install highspy`. Usage: python3 benches/siting_highs.py FILE...

The first line of a file is `demand candidates k`: the number of demand points, the number of candidates, and the number
of sites. k = 0 asks for the fewest sites that cover everybody. Each other line has the weight of a demand point and the
numbers of the candidates that cover it.
"""

import sys
import time

import highspy


def solve(path):
    with open(path, encoding="ascii") as file:
        lines = file.read().splitlines()
    demand, candidates, sites = (int(word) for word in lines[0].split())
    covers = [[int(word) for word in line.split()[1:]] for line in lines[1:]]
    weights = [float(line.split()[0]) for line in lines[1:]]
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 0.5)
    model.setOptionValue("time_limit", 600.0)
    is_cover = sites == 0
    for _ in range(candidates):
        model.addVar(0.0, 1.0)
    for site in range(candidates):
        model.changeColIntegrality(site, highspy.HighsVarType.kInteger)
        model.changeColCost(site, 1.0 if is_cover else 0.0)
    if is_cover:
        for near in covers:
            model.addRow(1.0, highspy.kHighsInf, len(near), near, [1.0] * len(near))
    else:
        model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        model.addRow(sites, sites, candidates, list(range(candidates)), [1.0] * candidates)
        for number, near in enumerate(covers):
            model.addVar(0.0, 1.0)
            model.changeColCost(candidates + number, weights[number])
            model.addRow(0.0, highspy.kHighsInf, len(near) + 1, near + [candidates + number], [1.0] * len(near) + [-1.0])
    begin = time.process_time()
    model.run()
    seconds = time.process_time() - begin
    info = model.getInfo()
    print(f"{path}: {info.objective_function_value:.0f} bound {info.mip_dual_bound:.1f} {model.modelStatusToString(model.getModelStatus())} {seconds:.2f} s CPU", flush=True)


for name in sys.argv[1:]:
    solve(name)
