"""Finding the worktree, the compose file and the project folder, in repositories as git makes them."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.git_template import make_repository
from tests.orchestrator.repository import Repository, write
from wtc.compose.source.discover import NAMES
from wtc.errors import ComposeFileError, NoComposeFileError, UsageError, WtcError
from wtc.orchestrator.config import ConfigRequest, config
from wtc.orchestrator.context.target import Located, Target, load_request, locate, worktree_path

FILE = "services: {web: {image: nginx}}\n"
SUBFOLDER = {"docker/dev/compose.yaml": FILE, "wtc.toml": 'compose = ["docker/dev/compose.yaml"]\n'}


class Places(Repository):
    """A main worktree with `compose.yaml`, a linked one beside it, nested ones in it, and folders outside git."""

    def __init__(self, base: Path) -> None:
        super().__init__(Path(os.path.realpath(base)))
        write(
            self.main, {"compose.yaml": FILE, "deploy/.keep": "", "apps/a/compose.yaml": FILE, "apps/a/src/.keep": ""}
        )
        make_repository(self.main)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a")

    def empty_worktree(self, path: str) -> Path:
        """Add a worktree that has no compose file: `path` is relative to the base."""
        place = self.base / path
        self.git("worktree", "add", "-q", "--no-checkout", str(place))
        (place / "sub").mkdir()
        return place

    def target(self, cwd: str, **given: object) -> Target:
        environment = {**self.environment, **given.pop("environment", {})}  # type: ignore[dict-item]
        return Target(cwd=os.path.join(self.base, cwd), environment=environment, **given)  # type: ignore[arg-type]

    def locate(self, cwd: str, **given: object) -> Located:
        return locate(self.target(cwd, **given))

    def shown(self, located: Located) -> tuple[str, list[str], str, bool]:
        """The worktree, the files, the project folder (relative to the base), and whether it is the top's project."""
        relative = [os.path.relpath(p, self.base) for p in (located.worktree, *located.files, located.directory)]
        return relative[0], relative[1:-1], relative[-1], located.at_top


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


TOP = ("main", ["main/compose.yaml"], "main", True)
APP = ("main", ["main/apps/a/compose.yaml"], "main/apps/a", False)


@pytest.mark.parametrize(
    ("cwd", "files", "expected"),
    [
        ("main", (), TOP),
        ("main/deploy", (), TOP),
        ("main/apps/a", (), APP),
        ("main/apps/a/src", (), APP),
        ("main/apps", (), TOP),
        ("main", ("apps/a",), APP),
        ("main/apps/a", ("../../compose.yaml",), TOP),
        ("", ("main/apps/a/compose.yaml",), APP),
        ("main", ("-",), ("main", ["-"], "main", True)),
    ],
)
def test_the_nearest_compose_file_upwards_is_found(
    places: Places, cwd: str, files: Sequence[str], expected: tuple[str, list[str], str, bool]
) -> None:
    located = places.locate(cwd, files=tuple(files))
    worktree, found, directory, at_top = places.shown(located)
    found = ["-" if located.files == ("-",) else path for path in found]
    assert (worktree, found, directory, at_top) == expected


@pytest.mark.parametrize("nested", ["main/.worktrees/x", "main/.claude/worktrees/x", "beside"])
@pytest.mark.parametrize("below", ["", "sub"])
def test_the_search_stops_at_the_top_of_a_worktree(places: Places, nested: str, below: str) -> None:
    place = places.empty_worktree(nested)
    located = places.locate(f"{nested}/{below}")
    assert places.shown(located) == (nested, [], nested, True)
    assert isinstance(located.missing, NoComposeFileError)
    assert worktree_path(places.target(f"{nested}/{below}")) == str(place)
    with pytest.raises(NoComposeFileError):
        config(places.target(nested), ConfigRequest(), lambda _event: None)


@pytest.mark.parametrize("cwd", ["main", "main/.worktrees/x", "main/.worktrees/x/sub", ""])
def test_a_worktree_that_is_named_is_searched_and_none_around_or_in_it(places: Places, cwd: str) -> None:
    place = places.empty_worktree("main/.worktrees/x")
    assert places.shown(places.locate(cwd, worktree=str(place))) == ("main/.worktrees/x", [], "main/.worktrees/x", True)
    write(place, {"compose.yaml": FILE})
    assert places.shown(places.locate(cwd, worktree=str(places.main))) == TOP


def test_a_sparse_worktree_does_not_act_on_the_one_around_it(places: Places) -> None:
    place = places.base / "main/.worktrees/x"
    places.git("worktree", "add", "-q", "--no-checkout", str(place))
    places.git("sparse-checkout", "set", "--no-cone", "deploy/", cwd=place)
    places.git("checkout", "-q", "x", cwd=place)
    assert (place / "deploy").is_dir()
    assert places.shown(places.locate("main/.worktrees/x/deploy"))[:2] == ("main/.worktrees/x", [])


def test_a_folder_behind_a_link_belongs_to_the_worktree_that_the_link_leads_to(places: Places) -> None:
    (places.base / "link").symlink_to(places.main / "deploy")
    write(places.base, {"compose.yaml": FILE})
    assert places.shown(places.locate("link")) == TOP
    places.empty_worktree("beside")
    (places.main / "into").symlink_to(places.base / "beside" / "sub")
    assert places.shown(places.locate("main/into"))[:2] == ("beside", [])
    (places.base / "alias").symlink_to(places.main)
    assert places.locate("alias/deploy").files == (f"{places.base}/alias/compose.yaml",)
    assert places.locate("alias/deploy").directory == str(places.main)


def test_a_submodule_is_searched_up_to_the_top_of_its_superproject(places: Places) -> None:
    library = places.base / "library"
    library.mkdir()
    places.git("init", "-q", cwd=library)
    places.git("commit", "-q", "--allow-empty", "-m", "a", cwd=library)
    places.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "vendor/library")
    assert places.shown(places.locate("main/vendor/library")) == TOP


def test_outside_git_the_search_goes_up_as_docker_composes_does(places: Places) -> None:
    write(places.base, {"plain/compose.yaml": FILE, "plain/a/b/.keep": "", "none/.keep": ""})
    assert places.shown(places.locate("plain/a/b")) == ("plain", ["plain/compose.yaml"], "plain", True)
    assert places.shown(places.locate("none"))[:2] == ("none", [])


@pytest.mark.parametrize(("cwd", "worktree"), [("main/.worktrees/x/sub", ""), ("", "main/.worktrees/x")])
def test_a_worktree_whose_git_file_leads_nowhere_is_an_error(places: Places, cwd: str, worktree: str) -> None:
    place = places.empty_worktree("main/.worktrees/x")
    (place / ".git").write_text("gitdir: /nowhere/.git/worktrees/x\n")
    with pytest.raises(WtcError) as raised:
        places.locate(cwd, worktree=worktree)
    assert raised.value.message == f"`{place}/.git` does not point to a git folder"
    assert "git worktree repair" in raised.value.hints[0]


@pytest.mark.parametrize(
    ("files", "cwd", "environment", "expected"),
    [
        (SUBFOLDER, "main", {}, ("main", ["main/docker/dev/compose.yaml"], "main/docker/dev", True)),
        (SUBFOLDER, "main/apps/a", {}, ("main", ["main/docker/dev/compose.yaml"], "main/docker/dev", True)),
        (SUBFOLDER, "main", {"COMPOSE_FILE": "compose.yaml"}, TOP),
        ({**SUBFOLDER, ".env": "COMPOSE_FILE=compose.yaml\n"}, "main/deploy", {}, TOP),
        ({"wtc.toml": 'mem_limit = "1g"\n'}, "main/apps/a", {}, APP),
        ({"wtc.toml": 'compose = "apps/a"\n'}, "main", {}, (*APP[:3], True)),
        (
            {"wtc.toml": 'compose = ["compose.yaml", "more.yaml"]\n', "more.yaml": FILE},
            "main/apps/a",
            {},
            ("main", ["main/compose.yaml", "main/more.yaml"], "main", True),
        ),
    ],
)
def test_wtc_toml_names_the_compose_files(
    places: Places,
    files: Mapping[str, str],
    cwd: str,
    environment: Mapping[str, str],
    expected: tuple[str, list[str], str, bool],
) -> None:
    write(places.main, files)
    assert places.shown(places.locate(cwd, environment=environment)) == expected


def test_a_file_on_the_command_line_comes_before_wtc_toml(places: Places) -> None:
    write(places.main, SUBFOLDER)
    assert places.shown(places.locate("main", files=("apps/a",))) == APP
    named = places.locate("main/docker/dev", files=("compose.yaml",))
    assert places.shown(named) == ("main", ["main/docker/dev/compose.yaml"], "main/docker/dev", True)


def test_the_project_that_wtc_toml_names_is_the_same_from_every_folder(places: Places) -> None:
    write(places.main, {**SUBFOLDER, ".env": "A=1\n", "docker/dev/.env": "B=1\n", "apps/a/.env": "A=2\n"})
    expected = (f"{places.main}/.env", f"{places.main}/docker/dev/.env")
    assert {places.locate(cwd).env_files for cwd in ("main", "main/apps/a", "main/docker/dev")} == {expected}


def test_outside_git_wtc_toml_counts_in_the_folders_below_it(places: Places) -> None:
    write(places.base / "plain", {**SUBFOLDER, "a/.keep": "", "own/compose.yaml": FILE})
    expected = ("plain", ["plain/docker/dev/compose.yaml"], "plain/docker/dev", True)
    assert places.shown(places.locate("plain/a")) == expected
    assert places.shown(places.locate("plain/own")) == ("plain/own", ["plain/own/compose.yaml"], "plain/own", True)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("compsoe = []", 1, 1, "unknown setting `compsoe`"),
        ("\nmem_limit = 'lots'", 2, 1, "`mem_limit` is `lots`, not a size, as in `512m`"),
        ("compose = 1", 1, 1, "`compose` is `1`, not a list of paths inside the worktree"),
        ("compose = []", 1, 1, "`compose` is `[]`, not a list of paths inside the worktree"),
        ("compose = ['../x.yaml']", 1, 1, '`compose` is `["../x.yaml"]`, not a list of paths inside the worktree'),
        ("  compose = '/x.yaml'", 1, 3, "`compose` is `/x.yaml`, not a list of paths inside the worktree"),
        ("[compose]\na = 1", 1, 2, '`compose` is `{"a": 1}`, not a list of paths inside the worktree'),
        ("compose = [", 1, 12, "is not a TOML file"),
    ],
)
def test_a_fault_in_wtc_toml_is_an_error_with_its_place(
    places: Places, text: str, line: int, column: int, message: str
) -> None:
    write(places.main, {"wtc.toml": text})
    for read in (locate, load_request):
        with pytest.raises(ComposeFileError) as raised:
            read(places.target("main"))
        (found,) = raised.value.diagnostics
        assert message in found.message
        assert found.position == (f"{places.main}/wtc.toml", line, column)
    assert worktree_path(places.target("main")) == str(places.main)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, _dangling])
def test_a_wtc_toml_that_is_not_a_file_is_an_error(places: Places, make: Callable[[Path], None]) -> None:
    make(places.main / "wtc.toml")
    with pytest.raises(ComposeFileError, match="cannot read"):
        places.locate("main")


def test_an_unknown_setting_in_wtc_toml_suggests_a_known_one_and_all_faults_are_reported(places: Places) -> None:
    write(places.main, {"wtc.toml": "compsoe = []\nbind = 'x'\n"})
    with pytest.raises(ComposeFileError) as raised:
        places.locate("main")
    assert [d.hint for d in raised.value.diagnostics] == ["did you mean `compose`?", ""]


def test_a_broken_env_file_does_not_change_the_project_folder(places: Places) -> None:
    write(places.main, {"apps/a/.env": "A='open\n"})
    located = places.locate("main/apps/a")
    assert places.shown(located) == APP
    assert located.missing is not None
    assert not isinstance(located.missing, NoComposeFileError)


def test_a_variable_that_is_not_valid_is_not_taken_for_a_missing_file(places: Places) -> None:
    with pytest.raises(UsageError, match="COMPOSE_DISABLE_ENV_FILE"):
        places.locate("main/apps/a", environment={"COMPOSE_DISABLE_ENV_FILE": "maybe"})


def test_an_absolute_compose_file_variable_does_not_change_the_worktree(places: Places) -> None:
    place = places.empty_worktree("main/.worktrees/x")
    located = places.locate("main/.worktrees/x", environment={"COMPOSE_FILE": f"{places.main}/compose.yaml"})
    assert located.worktree == str(place)


def test_without_a_compose_file_those_further_down_are_listed(places: Places) -> None:
    place = places.empty_worktree("x")
    write(
        place,
        {
            "docker/dev/compose.yaml": FILE,
            "docker/dev/compose.override.yaml": FILE,
            "compose.prod.yml": FILE,
            "node_modules/pkg/compose.yaml": FILE,
            ".hidden/compose.yaml": FILE,
            ".devcontainer/docker-compose.yml": FILE,
            "nested/.git/HEAD": "",
            "nested/compose.yaml": FILE,
            "one/two/three/four/five/six/seven/compose.yaml": FILE,
        },
    )
    (place / "link").symlink_to("docker")
    missing = places.locate("x/sub").missing
    assert missing is not None
    assert missing.causes == (
        f"looked for {NAMES} in `{place}/sub` and the folders above it, up to `{place}`",
        f"`{place}` has `compose.prod.yml`, `.devcontainer/docker-compose.yml`, `docker/dev/compose.yaml`",
    )
    assert missing.hints == (
        "to use one, run `wtc -f ../compose.prod.yml up`",
        f'to always use it, add `compose = ["compose.prod.yml"]` to `{place}/wtc.toml`',
    )


def test_search_for_files_below_is_bounded(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    from wtc.orchestrator.context import find_files

    place = places.empty_worktree("x")
    write(place, {f"{n:02}/compose.yaml": FILE for n in range(20)})
    missing = places.locate("x").missing
    assert missing is not None
    assert missing.causes[1].count("compose.yaml") == find_files.FILES
    monkeypatch.setattr(find_files, "FOLDERS", 3)
    missing = places.locate("x").missing
    assert missing is not None
    assert missing.causes[1] == f"`{place}` has `00/compose.yaml`, `01/compose.yaml`"


def test_a_worktree_is_named_by_its_branch_unless_a_path_has_the_name(places: Places) -> None:
    places.git("worktree", "add", "-q", "-b", "feature", str(places.base / "accra"))
    assert places.locate("main", worktree="feature").worktree == f"{places.base}/accra"
    assert places.locate("accra", worktree="main").worktree == str(places.main)
    assert places.locate("main", worktree="accra").worktree == f"{places.base}/accra"
    for removes in (True, False):
        target = places.target("main", worktree="./feature", by_branch=not removes)
        assert worktree_path(target) == f"{places.main}/feature"
    (places.main / "feature").mkdir()
    assert places.locate("main", worktree="feature").worktree == f"{places.main}/feature"


def test_a_command_that_removes_takes_no_branch(places: Places) -> None:
    places.git("worktree", "add", "-q", "-b", "feature", str(places.base / "accra"))
    for name in ("feature", "accra"):
        with pytest.raises(UsageError) as refused:
            worktree_path(places.target("main", worktree=name, by_branch=False))
        assert refused.value.causes == (f"it names the worktree `{places.base}/accra`",)
    assert worktree_path(places.target("main", worktree="gone", by_branch=False)) == f"{places.main}/gone"


def test_a_name_of_two_worktrees_is_refused_with_both(places: Places) -> None:
    places.git("worktree", "add", "-q", "-b", "feature", str(places.base / "accra"))
    places.git("worktree", "add", "-q", "-b", "other", str(places.base / "feature"))
    with pytest.raises(UsageError) as refused:
        places.locate("main", worktree="feature")
    assert refused.value.message == "`-w feature` names 2 worktrees"
    assert set(refused.value.causes) == {
        f"`{places.base}/accra` has branch `feature`",
        f"`{places.base}/feature` has branch `other`",
    }


@pytest.mark.parametrize(("name", "near"), [("featur", "did you mean `feature`?"), ("acra", "did you mean `accra`?")])
def test_an_unknown_name_is_refused_with_the_nearest(places: Places, name: str, near: str) -> None:
    places.git("worktree", "add", "-q", "-b", "feature", str(places.base / "accra"))
    with pytest.raises(UsageError) as refused:
        places.locate("main", worktree=name)
    assert refused.value.message == f"`-w {name}` does not name a worktree"
    assert refused.value.hints[0] == near


def test_a_missing_path_that_is_a_branch_is_answered_with_its_worktree(places: Places) -> None:
    places.git("worktree", "add", "-q", "-b", "fix/login", str(places.base / "accra"))
    missing = places.locate("main", worktree="fix/login").missing
    assert missing is not None
    assert missing.hints == (f"`fix/login` is a branch; to use its worktree, add `-w {places.base}/accra`",)
