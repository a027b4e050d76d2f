# What the examples share: wtc in its own environment, and a repository of the guestbook. To be sourced by bash (3.2 will
# do) after .ci/machine.sh, with `root` set to the repository.
# shellcheck shell=bash disable=SC2154 # root, cache, python and uv come from .ci/machine.sh

environment=$cache/env
# The stack is the example's, whatever the caller's shell says of another one.
unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES COMPOSE_ENV_FILES WEB_CONTAINER DB_CONTAINER

install_wtc() { # sets wtc, and engine_python for .ci/machine.sh
  find_python
  find_uv
  say "installing wtc into $environment"
  UV_PROJECT_ENVIRONMENT=$environment quietly "uv sync" \
    "$uv" sync --quiet --locked --no-dev --project "$root" --python "$python" || fail "wtc could not be installed"
  engine_python=$environment/bin/python
  wtc=$environment/bin/wtc
  say "wtc: $("$wtc" --version)"
}

git_here() { # no identity, hook, signature or default branch of the host's
  git -c user.name=quickstart -c user.email=quickstart@localhost -c commit.gpgsign=false -c core.hooksPath=/dev/null \
    -c init.defaultBranch=main "$@"
}

make_guestbook() { # FOLDER [PROJECT]: a repository of one of the projects in examples/
  local folder=$1 project=$root/examples/${2:-guestbook}
  command -v git >/dev/null 2>&1 || fail "no git on PATH" "to install it, run \`apt-get install git\`"
  ! git -C "$folder" rev-parse -q --verify HEAD >/dev/null 2>&1 || return 0
  say "making a repository of $(basename "$project") in $folder"
  mkdir -p "$folder"
  cp -R "$project/." "$folder"
  git_here -C "$folder" init -q
  git_here -C "$folder" add -A -f
  git_here -C "$folder" commit -q -m "A guestbook"
}
