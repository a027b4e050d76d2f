# What this repository's scripts need of a machine: Python, uv, a Docker engine, a few images. To be sourced by bash
# (3.2 will do) with `root` set to the repository. Nothing asks; all that is said goes to standard error.
# shellcheck shell=bash disable=SC2154 # root and engine_python are the caller's

# Without a home in the environment, the one of the user that runs this.
export HOME=${HOME:-$(cd ~ && pwd)}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/wtc-quickstart
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 UV_PYTHON_DOWNLOADS=never
# The project says what to install where; a caller's active environment has no say in it.
unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT UV_PYTHON

say() { printf '==> %s\n' "$*" >&2; }

fail() { # WHAT [TO-DO ...]
  printf 'error: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '\n' >&2
  local hint
  for hint in "$@"; do printf 'hint: %s\n' "$hint" >&2; done
  exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

has_apt() { command -v apt-get >/dev/null 2>&1; }

show_progress() { # WHAT LOG: a line every five seconds, with the last one of the log, until this is ended
  local seconds=0
  while sleep 5 >/dev/null 2>&1 </dev/null && kill -0 $$ 2>/dev/null; do
    seconds=$((seconds + 5))
    printf '    %s: %s s  %s\n' "$1" "$seconds" "$(tail -n 1 "$2" 2>/dev/null | tr -d '\r' | cut -c 1-80)" >&2
  done
}

logged() { # WHAT LOG COMMAND...: its output goes to the log; a line every five seconds; its status
  local what=$1 log=$2 status=0 progress
  shift 2
  show_progress "$what" "$log" &
  progress=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$progress" 2>/dev/null || true
  wait "$progress" 2>/dev/null || true
  return $status
}

quietly() { # WHAT COMMAND...: its output is shown only if it fails
  local what=$1 log status=0
  shift
  log=$(mktemp)
  logged "$what" "$log" "$@" || status=$?
  [ $status -eq 0 ] || tail -n 30 "$log" >&2
  rm -f "$log"
  [ $status -eq 0 ] || {
    printf 'error: %s failed with status %s\n' "$what" "$status" >&2
    return 1
  }
}

apt_updated=
apt_update() { # once in a run
  [ -z "$apt_updated" ] || return 0
  say "apt-get update"
  # A broken source does not matter if the packages are in another one.
  quietly "apt-get update" apt-get -qq update || say "continuing with the package lists that are here"
  apt_updated=yes
}

apt_install() { # PACKAGE...
  apt_update
  say "apt-get install $*"
  quietly "apt-get install $*" apt-get -qq install -y --no-install-recommends "$@"
}

ensure_programs() { # shells for completion and hooks, bubblewrap; without them their tests are skipped, but fail in CI
  local missing=() shell
  for shell in zsh fish; do command -v "$shell" >/dev/null 2>&1 || missing+=("$shell"); done
  [ "$(uname)" != Linux ] || command -v bwrap >/dev/null 2>&1 || missing+=(bubblewrap)
  [ ${#missing[@]} -gt 0 ] || return 0
  if has_apt && is_root; then
    apt_install "${missing[@]}" || true
  else
    say "not installed: ${missing[*]}; what needs them is skipped"
  fi
}

# --- Python and uv -------------------------------------------------------------------------------------------------

is_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() { # sets python: a Python of 3.11 or newer, the oldest that `tests/run` is to run on where PATH has several
  local name
  for name in python3.11 python3 python3.12 python3.13 python3.14 python3.15 python; do
    if is_python "$name"; then
      python=$("$name" -c 'import sys; print(sys.executable)')
      say "python: $python ($("$python" -c 'import platform; print(platform.python_version())'))"
      return
    fi
  done
  if has_apt; then
    fail "no Python 3.11 or newer on PATH" "to install one, run \`apt-get install python3\` (Ubuntu 22.04: \`python3.11\`)"
  fi
  fail "no Python 3.11 or newer on PATH" "to install one, run \`brew install python\` or your system's own installer"
}

is_uv() { # 0.8 is the first whose build backend pyproject.toml accepts
  local version
  version=$("$1" --version 2>/dev/null) || return
  "$python" -c 'import re, sys; sys.exit(tuple(map(int, re.findall(r"\d+", sys.argv[1])[:2])) < (0, 8))' "$version"
}

has_venv() { "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; }

find_uv() { # sets uv; installs it into a separate environment if it is not on PATH
  local own=$cache/uv
  for uv in uv "$own/bin/uv"; do
    if is_uv "$uv"; then
      say "uv: $("$uv" --version)"
      return
    fi
  done
  say "installing uv into $own"
  rm -rf "$own"
  mkdir -p "$cache"
  if ! has_venv && has_apt && is_root; then
    # Debian keeps what `python3 -m venv` needs in a separate package.
    apt_install "$("$python" -c 'import sys; print(f"python3.{sys.version_info[1]}-venv")')" || apt_install python3-venv || true
  fi
  uv=$own/bin/uv
  if has_venv && quietly "python -m venv" "$python" -m venv "$own"; then
    quietly "pip install uv" "$own/bin/python" -m pip install -q uv || fail "uv could not be installed"
  elif "$python" -m pip --version >/dev/null 2>&1; then
    quietly "pip install uv" "$python" -m pip install -q --target "$own" uv || fail "uv could not be installed"
  elif "$python" -m virtualenv --version >/dev/null 2>&1; then
    quietly "virtualenv" "$python" -m virtualenv "$own" || fail "no environment could be made in $own"
    quietly "pip install uv" "$own/bin/python" -m pip install -q uv || fail "uv could not be installed"
  else
    fail "this Python has neither venv nor pip" "to install them, run \`apt-get install python3-venv\` as root"
  fi
  is_uv "$uv" || fail "\`$uv\` does not run"
}

# --- the engine ----------------------------------------------------------------------------------------------------

engine() { "$engine_python" "$root/.ci/engine.py" "$@"; } # needs engine_python: one that has docker-py

engine_answers() { engine_version=$(engine version 2>/dev/null); }

engine_is_chosen() { # by the user, who will not want another one in its place
  [ -n "${DOCKER_HOST:-}${DOCKER_CONTEXT:-}" ] ||
    grep -qs '"currentContext": *"[^"]' "${DOCKER_CONFIG:-$HOME/.docker}/config.json"
}

wait_for_engine() {
  local _
  for _ in $(seq 120); do
    engine_answers && return
    sleep 0.5
  done
  return 1
}

start_engine() { # Debian's own
  say "no engine answers; installing docker.io from $(. /etc/os-release && echo "$PRETTY_NAME")'s packages"
  apt_install docker.io iptables ca-certificates || fail "docker.io could not be installed"
  # Since Debian 13 the command is a separate package; wtc does not need it, people do.
  command -v docker >/dev/null 2>&1 || apt_install docker-cli >/dev/null 2>&1 || true
  if [ -d /run/systemd/system ]; then
    quietly "systemctl start docker" systemctl start docker || fail "systemd did not start docker" "to see why, run \`journalctl -u docker\`"
    quietly "waiting for the engine" wait_for_engine || fail "docker was started, but does not answer" "to see why, run \`journalctl -u docker\`"
  else
    local log=/var/log/dockerd.log
    say "no systemd here; starting dockerd in the background, its log is $log"
    setsid nohup dockerd >>"$log" 2>&1 </dev/null &
    if ! quietly "waiting for the engine" wait_for_engine; then
      tail -n 20 "$log" >&2
      fail "dockerd did not start" "to see why, read $log"
    fi
  fi
}

ensure_engine() {
  if ! engine_answers; then
    local why
    why=$(engine version 2>&1 | tail -n 1) || true
    if [ "$(uname)" = Darwin ]; then
      fail "no Docker engine answers: $why" \
        "to get one, install and start Docker Desktop, OrbStack, or Colima (\`brew install colima docker && colima start\`)"
    elif engine_is_chosen; then
      fail "the engine that DOCKER_HOST, DOCKER_CONTEXT or the docker context names does not answer: $why" \
        "to use this machine's engine, run this with DOCKER_HOST and DOCKER_CONTEXT unset, after \`docker context use default\`"
    elif [ -S /var/run/docker.sock ] && ! [ -w /var/run/docker.sock ]; then
      fail "this user may not use the engine at /var/run/docker.sock" \
        "to get access, run \`sudo usermod -aG docker $(id -un)\` and log in again"
    elif has_apt && is_root; then
      start_engine
    elif has_apt; then
      fail "no Docker engine answers: $why" \
        "to install Debian's, run this as root" \
        "to do it yourself, run \`sudo apt-get install docker.io && sudo usermod -aG docker $(id -un)\` and log in again"
    else
      fail "no Docker engine answers: $why" "to get one, install Docker with your system's own installer and start it"
    fi
    engine_answers || fail "the engine stopped answering"
  fi
  say "engine: $engine_version"
}

# --- the tests' image registry --------------------------------------------------------------------------------------

unpack_registry() { # FOLDER
  local folder=$1 work
  work=$(mktemp -d "$cache/docker-registry.XXXXXX") || return
  # Installed, the package would start a service.
  if (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download docker-registry && dpkg -x docker-registry_*.deb root); then
    rm -rf "$folder"
    mv "$work/root" "$folder"
    rm -rf "$work"
  else
    rm -rf "$work"
    return 1
  fi
}

ensure_registry() { # tests/e2e/registry.py looks for it in the same places
  local folder=$cache/docker-registry
  ! command -v docker-registry >/dev/null 2>&1 || return 0
  ! [ -x "$folder/usr/bin/docker-registry" ] || return 0
  if has_apt; then
    say "unpacking Debian's docker-registry into $folder"
    mkdir -p "$cache"
    ! quietly "apt-get download docker-registry" unpack_registry "$folder" || return 0
    if is_root && quietly "apt-get update" apt-get -qq update; then
      ! quietly "apt-get download docker-registry" unpack_registry "$folder" || return 0
    fi
  fi
  say "no docker-registry here: tests that need one fail where CI is set, and are skipped elsewhere"
}

# --- images --------------------------------------------------------------------------------------------------------

registry_answers=unknown
pull() { # IMAGE; after one failure no other image is asked for
  [ "$registry_answers" != no ] || return
  say "pulling $1"
  local log
  log=$(mktemp)
  if logged "pulling $1" "$log" engine pull "$1"; then
    registry_answers=yes
  else
    registry_answers=no
    pull_failure=$(tail -n 1 "$log")
  fi
  rm -f "$log"
  [ $registry_answers = yes ]
}

debian_mirror() { # the one that this machine takes its own packages from; nothing where it is not Debian's
  local uri
  # shellcheck disable=SC2016 # apt-get fills these in
  uri=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Identifier: Packages' 2>/dev/null |
    sed -n 's/^Debian|Debian|//p' | head -n 1)
  case $uri in
  mirror+file:*) sed -n 's/^\([a-z]*:[^[:space:]]*\).*/\1/p' "${uri#mirror+file:}" | head -n 1 ;;
  *) echo "$uri" ;;
  esac
}

ensure_base_image() {
  local image=debian:bookworm-slim folder mirror arguments
  ! engine has "$image" 2>/dev/null || return 0
  ! pull "$image" || return 0
  if ! { has_apt && is_root; }; then
    fail "$image can neither be pulled nor made here: $pull_failure" "to make it with debootstrap, run this as root on Debian or Ubuntu"
  fi
  say "no registry answers; making $image with debootstrap, which takes half a minute"
  apt_install debootstrap || fail "debootstrap could not be installed"
  mirror=$(debian_mirror)
  arguments=(--variant=minbase)
  if [ -z "$mirror" ]; then
    # Ubuntu has Debian's keys in a package, and debootstrap knows where Debian is.
    apt_install debian-archive-keyring || fail "Debian's keys could not be installed"
    arguments+=(--keyring=/usr/share/keyrings/debian-archive-keyring.gpg)
  fi
  # The image keeps the mirror in its sources, and apt cannot read one over TLS without certificates.
  case $mirror in https:*) arguments+=(--include=ca-certificates) ;; esac
  folder=$(mktemp -d "${TMPDIR:-/var/tmp}/wtc-debian.XXXXXX")
  if quietly debootstrap debootstrap "${arguments[@]}" bookworm "$folder/root" ${mirror:+"$mirror"} &&
    rm -rf "$folder"/root/var/cache/apt/archives/*.deb "$folder"/root/usr/share/{doc,man}/* &&
    tar -C "$folder/root" -cf "$folder/image.tar" . && engine import "$folder/image.tar" "$image" 'CMD ["bash"]'; then
    rm -rf "$folder"
  else
    rm -rf "$folder"
    fail "$image could not be made"
  fi
}

unpack_packages() { # FOLDER PACKAGE...: this machine's packages and all that they depend on, unpacked and not configured
  local folder=$1 package options
  shift
  mkdir -p "$folder/debs/partial" "$folder"/root/usr/{bin,sbin,lib,lib64} "$folder"/root/{data,etc,proc,root,sys,tmp}
  chmod 1777 "$folder/root/tmp"
  for package in bin sbin lib lib64; do ln -s "usr/$package" "$folder/root/$package"; done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$folder/root/etc/passwd"
  echo 'root:x:0:' >"$folder/root/etc/group"
  # As if nothing was installed, so that apt downloads every dependency.
  : >"$folder/status"
  options=(-o "Dir::State::status=$folder/status" -o "Dir::Cache::archives=$folder/debs" -o APT::Sandbox::User=root)
  apt-get -qq "${options[@]}" install -y --download-only --no-install-recommends "$@" || return
  for package in "$folder"/debs/*.deb; do
    echo "unpacking $(basename "$package")"
    dpkg --fsys-tarfile "$package" | tar -C "$folder/root" -xf - --keep-directory-symlink --exclude='./usr/share/doc/*' \
      --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' || return
  done
}

make_stand_in() { # IMAGE: from this machine's packages, with the programs of the image and little else
  local image=$1 folder packages changes=('LABEL com.wtc.stand-in=true')
  case $image in
  python:*)
    packages=(python3 dash)
    changes+=('CMD ["python3"]')
    ;;
  redis:*)
    packages=(redis-server dash)
    changes+=('CMD ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no"]' 'WORKDIR /data' 'VOLUME /data' 'EXPOSE 6379')
    ;;
  *) fail "$image cannot be pulled: $pull_failure" ;;
  esac
  say "no registry answers; making a stand-in for $image from this machine's packages"
  apt_update
  folder=$(mktemp -d "${TMPDIR:-/var/tmp}/wtc-image.XXXXXX")
  if quietly "unpacking ${packages[0]}" unpack_packages "$folder" "${packages[@]}" &&
    { [ ! -e "$folder/root/usr/bin/python3" ] || ln -s python3 "$folder/root/usr/bin/python"; } &&
    tar -C "$folder/root" -cf "$folder/image.tar" . &&
    quietly "importing $image" engine import "$folder/image.tar" "$image" "${changes[@]}"; then
    rm -rf "$folder"
  else
    rm -rf "$folder"
    fail "the stand-in for $image could not be made"
  fi
}

is_stand_in() { [ "$(engine label "$1" com.wtc.stand-in 2>/dev/null)" = true ]; } # IMAGE

remove_stand_in() { # IMAGE
  ! is_stand_in "$1" || quietly "removing the stand-in for $1" engine remove "$1" || true
}

ensure_image() { # IMAGE: pulled, else a stand-in
  ! engine has "$1" 2>/dev/null || return 0
  ! pull "$1" || return 0
  if [ "$1" = debian:bookworm-slim ]; then
    ensure_base_image
  elif has_apt && is_root; then
    make_stand_in "$1"
  else
    fail "$1 cannot be pulled: $pull_failure" "to make a stand-in from packages, run this as root on Debian or Ubuntu"
  fi
}

ensure_test_image() { # IMAGE: pulled, else built from tests/images/NAME, from Debian's packages
  ! engine has "$1" 2>/dev/null || is_stand_in "$1" || return 0
  ! pull "$1" || return 0
  ensure_base_image
  say "no registry answers; building $1 from Debian's packages"
  quietly "building $1" engine build "$root/tests/images/${1%%:*}" "$1" || fail "$1 could not be built"
}
