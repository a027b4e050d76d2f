"""The decision of each command for each fact about a worktree."""

# A number is an exit status: 1 is a broken file, 3 a missing compose file, 5 a conflict; `-`: the folder is missing.
# `own` and `moved`: the stack is the worktree's. `fresh`: a new namespace, followed by what else was
# found: a `former` stack (`stop`: its containers mount this path and are stopped), one that is `held` by a worktree
# elsewhere, or that the worktree is a `copy`. `removed`: the stack in question; `former`: one that was there before it.
OF_THE_WORKTREE = """
fact                           | up                | down  | clean   | -w in   | -w out
folder there                   | own               | own   | removed | removed | removed
folder missing                 | 3                 | none  | -       | -       | removed
folder and host id missing     | 3                 | none  | -       | -       | 5
folder unreadable              | 3                 | none  | -       | -       | 5
mount on the parent            | 3                 | none  | -       | -       | 5
mount on the folder            | 3                 | none  | none    | 5       | 5
ejected disk                   | 3                 | none  | -       | -       | 5
ejected disk with repository   | 3                 | none  | -       | -       | 5
worktree was a mount point     | 3                 | none  | -       | -       | 5
second spelling                | own               | own   | removed | removed | removed
other host                     | own               | own   | removed | removed | removed
other host folder missing      | 3                 | none  | -       | -       | 5
same id and path other host    | 5                 | 5     | 5       | 5       | 5
same id other path other host  | 5                 | 5     | 5       | 5       | 5
moved while up                 | moved             | moved | removed | removed | removed
moved while up old path        | 3                 | none  | -       | -       | 5
moved while down               | moved             | moved | removed | removed | removed
plain mv                       | moved             | moved | removed | removed | removed
plain mv old path              | 3                 | none  | -       | -       | removed
plain mv of main               | moved             | moved | removed | removed | removed
copied main                    | fresh+copy        | none  | none    | none    | none
original of a copied main      | own               | own   | removed | removed | removed
copied linked                  | fresh+copy        | none  | none    | none    | none
copied linked original removed | moved             | moved | removed | removed | removed
former id                      | fresh+former+stop | none  | none    | none    | removed
former beside own              | own               | own   | removed | removed | former
former id none here yet        | fresh+former+stop | none  | none    | none    | removed
id held elsewhere              | fresh+held        | none  | none    | none    | none
moved old path added again     | 5                 | 5     | 5       | 5       | 5
moved old path has own id      | moved             | moved | removed | removed | removed
id held elsewhere down         | fresh+held        | none  | none    | none    | none
id file missing                | fresh+former+stop | none  | none    | none    | removed
id file unreadable             | 1                 | 1     | 1       | 5       | 5
broken git file                | 1                 | 1     | 1       | 5       | 5
main without head              | 5                 | none  | none    | 5       | 5
git file of nonsense           | 1                 | 1     | 1       | 5       | 5
parent made again              | 3                 | none  | -       | -       | removed
two parents made again         | 3                 | none  | -       | -       | removed
moved then removed             | 3                 | none  | -       | -       | removed
prunable                       | 3                 | none  | -       | -       | removed
not listed                     | 3                 | none  | -       | -       | removed
locked live                    | 3                 | none  | -       | -       | removed
locked without a pid           | 3                 | none  | -       | -       | removed
locked stale                   | 3                 | none  | -       | -       | removed
repository gone                | 3                 | none  | -       | -       | removed
repository gone folder there   | 1                 | 1     | 1       | 5       | 5
repository moved               | 3                 | none  | -       | -       | removed
repository moved folder there  | 1                 | 1     | 1       | 5       | 5
repository repaired            | own               | own   | removed | removed | removed
recloned                       | 3                 | none  | -       | -       | removed
recloned main                  | 5                 | none  | none    | none    | removed
recloned main with own         | own               | own   | removed | removed | former
recloned main down             | fresh+former      | none  | none    | none    | removed
no git                         | own               | own   | removed | removed | removed
no git folder missing          | 3                 | none  | -       | -       | removed
no git moved                   | fresh             | none  | none    | none    | none
no git another folder down     | fresh+former      | none  | none    | none    | removed
no git another folder          | 5                 | none  | none    | none    | removed
git init since                 | own               | own   | removed | removed | removed
made again by the engine       | 3                 | none  | none    | removed | removed
made again prunable            | 3                 | none  | none    | removed | removed
unpacked again without git     | fresh+former+stop | none  | none    | removed | removed
second user                    | own               | own   | removed | removed | removed
sudo                           | own               | own   | removed | removed | removed
sudo folder missing            | 3                 | none  | -       | -       | removed
version before                 | own               | own   | removed | removed | removed
version before remote          | fresh+former      | none  | none    | none    | 5
version before other file      | fresh             | none  | none    | removed | removed
version before missing         | 3                 | own   | -       | -       | removed
version before missing remote  | 3                 | none  | -       | -       | 5
version before moved           | fresh             | none  | none    | none    | none
"""

# `-y` is `clean --gone -y`. `asked`: only after a person confirms it. The command that `doctor` recommends: `gone` and
# `former` delete, `dry-run` and `repair` do not.
OF_THE_HOST = """
fact                           | --gone      | -y          | ps               | doctor
folder there                   | left        | left        | present          | ok
folder missing                 | removed     | removed     | gone             | gone
folder and host id missing     | left        | left        | unproved         | dry-run
folder unreadable              | left        | left        | unproved         | dry-run
mount on the parent            | left        | left        | unproved         | dry-run
mount on the folder            | left        | left        | unproved         | dry-run
ejected disk                   | left        | left        | unproved         | dry-run
ejected disk with repository   | left        | left        | unproved         | dry-run
worktree was a mount point     | left        | left        | unproved         | dry-run
second spelling                | left        | left        | present          | ok
other host                     | left        | left        | present          | ok
other host folder missing      | left        | left        | other-host       | ok
same id and path other host    | left        | left        | other-host       | ok
same id other path other host  | left        | left        | other-host       | ok
moved while up                 | left        | left        | moved            | ok
moved while up old path        | left        | left        | moved            | ok
moved while down               | left        | left        | moved            | ok
plain mv                       | asked       | left        | prunable         | repair
plain mv old path              | asked       | left        | prunable         | repair
plain mv of main               | left        | left        | unproved         | dry-run
copied main                    | left        | left        | present          | ok
original of a copied main      | left        | left        | present          | ok
copied linked                  | left        | left        | present          | ok
copied linked original removed | asked       | left        | prunable         | repair
former id                      | removed     | removed     | former           | former
former beside own              | former left | former left | former present   | former
former id none here yet        | left        | left        | unproved         | dry-run
id held elsewhere              | left        | left        | moved            | ok
moved old path added again     | left        | left        | moved            | ok
moved old path has own id      | left        | left        | moved            | ok
id held elsewhere down         | left        | left        | moved            | ok
id file missing                | left        | left        | unproved         | dry-run
id file unreadable             | left        | left        | unproved         | dry-run
broken git file                | left        | left        | unproved         | dry-run
main without head              | left        | left        | unproved         | dry-run
git file of nonsense           | left        | left        | unproved         | dry-run
parent made again              | removed     | removed     | gone             | gone
two parents made again         | left        | left        | unproved         | dry-run
moved then removed             | removed     | removed     | gone             | gone
prunable                       | asked       | left        | prunable         | repair
not listed                     | removed     | removed     | gone             | gone
locked live                    | left        | left        | unproved         | dry-run
locked without a pid           | left        | left        | unproved         | dry-run
locked stale                   | asked       | left        | prunable         | repair
repository gone                | left        | left        | unproved         | dry-run
repository gone folder there   | left        | left        | unproved         | dry-run
repository moved               | left        | left        | unproved         | dry-run
repository moved folder there  | left        | left        | unproved         | dry-run
repository repaired            | left        | left        | present          | ok
recloned                       | left        | left        | unproved         | dry-run
recloned main                  | left        | left        | unproved         | dry-run
recloned main with own         | left        | left        | present unproved | dry-run
recloned main down             | left        | left        | unproved         | dry-run
no git                         | left        | left        | present          | ok
no git folder missing          | left        | left        | unproved         | dry-run
no git moved                   | left        | left        | unproved         | dry-run
no git another folder down     | left        | left        | unproved         | dry-run
no git another folder          | left        | left        | unproved         | dry-run
git init since                 | left        | left        | present          | ok
made again by the engine       | removed     | removed     | gone             | gone
made again prunable            | asked       | left        | prunable         | repair
unpacked again without git     | removed     | removed     | gone             | gone
second user                    | left        | left        | present          | ok
sudo                           | left        | left        | present          | ok
sudo folder missing            | removed     | removed     | gone             | gone
version before                 | left        | left        | present          | ok
version before remote          | left        | left        | present          | ok
version before other file      | left        | left        | present          | ok
version before missing         | left        | left        | unproved         | dry-run
version before missing remote  | left        | left        | unproved         | dry-run
version before moved           | left        | left        | unproved         | dry-run
"""

WHY_GONE = """
folder there                   | the worktree `~/trees/accra` has its id
folder missing                 | its folder is gone, and git does not list it
folder and host id missing     | the id of this host is not known
folder unreadable              | its folder is not accessible
mount on the parent            | it was created on another filesystem than the one that is mounted there
mount on the folder            | something is mounted at its folder
ejected disk                   | it was created on another filesystem than the one that is mounted there
ejected disk with repository   | it was created on another filesystem than the one that is mounted there
worktree was a mount point     | the worktree was a mount point, and may be unmounted
second spelling                | the worktree `~/trees/accra` has its id
other host                     | the worktree `~/trees/accra` has its id
other host folder missing      | it was created on another host
same id and path other host    | it was created on another host
same id other path other host  | the worktree `~/trees/berne` has its id
moved while up                 | the worktree `~/trees/berne` has its id
moved while up old path        | the worktree `~/trees/berne` has its id
moved while down               | the worktree `~/trees/berne` has its id
plain mv                       | its folder is missing, and git still lists it
plain mv old path              | its folder is missing, and git still lists it
plain mv of main               | its repository `~/main/.git` is missing
copied main                    | the worktree `~/main` has its id
original of a copied main      | the worktree `~/main` has its id
copied linked                  | the worktree `~/trees/accra` has its id
copied linked original removed | its folder is missing, and git still lists it
former id                      | its folder is gone, and git does not list it
former beside own              | its folder is gone, and git does not list it; the worktree `~/trees/accra` has its id
former id none here yet        | its folder exists
id held elsewhere              | the worktree `~/trees/berne` has its id
moved old path added again     | the worktree `~/trees/berne` has its id
moved old path has own id      | the worktree `~/trees/berne` has its id
id held elsewhere down         | the worktree `~/trees/berne` has its id
id file missing                | its folder exists
id file unreadable             | the id of the worktree `~/trees/accra` cannot be read
broken git file                | its `.git` does not point to a git folder
main without head              | its `.git` does not point to a git folder
git file of nonsense           | its `.git` does not point to a git folder
parent made again              | its folder is gone, and git does not list it
two parents made again         | its parent folder is not the one that it was created in
moved then removed             | its folder is gone, and git does not list it
prunable                       | its folder is missing, and git still lists it
not listed                     | its folder is gone, and git does not list it
locked live                    | the worktree is locked in git
locked without a pid           | the worktree is locked in git
locked stale                   | its folder is missing, and git still lists it
repository gone                | its repository `~/main/.git` is missing
repository gone folder there   | its `.git` does not point to a git folder
repository moved               | its repository `~/main/.git` is missing
repository moved folder there  | its `.git` does not point to a git folder
repository repaired            | its folder exists
recloned                       | `~/main/.git` is another repository
recloned main                  | its folder exists
recloned main with own         | its folder exists; the worktree `~/main` has its id
recloned main down             | its folder exists
no git                         | its folder exists
no git folder missing          | its folder is missing, and no repository proves that it is gone
no git moved                   | its folder is missing, and no repository proves that it is gone
no git another folder down     | its folder exists
no git another folder          | its folder exists
git init since                 | its folder exists
made again by the engine       | its folder is gone, and git does not list it
made again prunable            | its folder is missing, and git still lists it
unpacked again without git     | its folder is gone, and git does not list it
second user                    | the worktree `~/trees/accra` has its id
sudo                           | the worktree `~/trees/accra` has its id
sudo folder missing            | its folder is gone, and git does not list it
version before                 | it was created by an older wtc, which recorded no host
version before remote          | it was created by an older wtc, which recorded no host
version before other file      | it was created by an older wtc, which recorded no host
version before missing         | it was created by an older wtc, which recorded no host
version before missing remote  | it was created by an older wtc, which recorded no host
version before moved           | it was created by an older wtc, which recorded no host
"""
"""Why `clean --gone` removes or leaves a stack. `~` is the scene's folder, `GIT` is git's folder for the worktree."""

WHY_BY_PATH = """
folder there                   | it is this worktree's
folder missing                 | its folder is missing
folder and host id missing     | the id of this host is not known
folder unreadable              | `~/trees/accra` is not accessible
mount on the parent            | it was created on another filesystem than the one that is mounted there
mount on the folder            | something is mounted at its folder
ejected disk                   | it was created on another filesystem than the one that is mounted there
ejected disk with repository   | it was created on another filesystem than the one that is mounted there
worktree was a mount point     | the worktree was a mount point, and may be unmounted
second spelling                | it is this worktree's
other host                     | it is this worktree's
other host folder missing      | it was created on another host
same id and path other host    | it was created at this path on another host, and the id file is a copy
same id other path other host  | it was created at `~/trees/accra` on another host
moved while up                 | it is this worktree's
moved while up old path        | the worktree `~/trees/berne` has its id
moved while down               | it is this worktree's
plain mv                       | it is this worktree's
plain mv old path              | its folder is missing
plain mv of main               | it is this worktree's
copied main                    | -
original of a copied main      | it is this worktree's
copied linked                  | -
copied linked original removed | it is this worktree's
former id                      | a former worktree at this path created it
former beside own              | a former worktree at this path created it
former id none here yet        | a former worktree at this path created it
id held elsewhere              | -
moved old path added again     | it was created at `~/trees/accra`, and its folder exists
moved old path has own id      | it is this worktree's
id held elsewhere down         | -
id file missing                | a former worktree at this path created it
id file unreadable             | cannot read the worktree's id in `GIT/wtc/id`: it is not JSON
broken git file                | `~/trees/accra/.git` does not point to a git folder: `GIT` is not a readable git folder
main without head              | the folder's `.git` does not point to a git folder
git file of nonsense           | `~/trees/accra/.git` is not a valid `.git` file
parent made again              | its folder is missing
two parents made again         | its folder is missing
moved then removed             | its folder is missing
prunable                       | its folder is missing
not listed                     | its folder is missing
locked live                    | its folder is missing
locked without a pid           | its folder is missing
locked stale                   | its folder is missing
repository gone                | its folder is missing
repository gone folder there   | `~/trees/accra/.git` does not point to a git folder: `GIT` is not a readable git folder
repository moved               | its folder is missing
repository moved folder there  | `~/trees/accra/.git` does not point to a git folder: `GIT` is not a readable git folder
repository repaired            | it is this worktree's
recloned                       | its folder is missing
recloned main                  | a former worktree at this path created it
recloned main with own         | a former worktree at this path created it
recloned main down             | a former worktree at this path created it
no git                         | it is this worktree's
no git folder missing          | its folder is missing
no git moved                   | -
no git another folder down     | a former worktree at this path created it
no git another folder          | a former worktree at this path created it
git init since                 | it is this worktree's
made again by the engine       | its folder is missing
made again prunable            | its folder is missing
unpacked again without git     | its folder is missing
second user                    | it is this worktree's
sudo                           | it is this worktree's
sudo folder missing            | its folder is missing
version before                 | it is this worktree's
version before remote          | an older wtc created it, and the engine is remote
version before other file      | it is this worktree's
version before missing         | its folder is missing
version before missing remote  | an older wtc created it, and the engine is remote
version before moved           | -
"""
"""Why `clean -w` from outside removes or leaves a stack; `-`: it finds none of the worktree."""
