import sys, tempfile, pwd, types
from pathlib import Path
from tests.worktrees.identity_facts import FACTS, MOUNTING
from tests.worktrees.mounts import in_private_mounts
from tests.worktrees.scene import Scene
import shutil
def scene(fact, lost):
    base = Path(tempfile.mkdtemp())
    s = Scene(base)
    def work():
        real = pwd.getpwuid
        pwd.getpwuid = lambda uid: types.SimpleNamespace(pw_dir=str(s.base)) if uid == 4321 else real(uid)
        FACTS[fact](s)
        if lost: 
            for f in s.base.glob("**/registry.json"): f.unlink()
        r = s.reasons()
        return s.row(), r
    try:
        return in_private_mounts(work) if fact in MOUNTING else work()
    finally:
        shutil.rmtree(base, ignore_errors=True)
cols=["up","down","clean","-w in","-w out","--gone","-y","ps","doctor"]
only = sys.argv[1:]
out=[]
for f in FACTS:
    if only and f not in only: continue
    try:
        (row, why) = scene(f, False); (row2, why2) = scene(f, True)
    except Exception as e:
        import traceback; traceback.print_exc(); print("!!", f, e); continue
    line=" | ".join([f, *(row[c] for c in cols)])
    print(line)
    if (row,why)!=(row2,why2): print("   LOST:", {c:row2[c] for c in cols if row[c]!=row2[c]})
    out.append((f,why))
print()
for f,why in out: print(f, "|", why["--gone"], "|", why["-w out"])
