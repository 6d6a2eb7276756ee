# What the scripts in this folder share; sourced, never run. Leaves the shell at the root of the repository.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

minimum_swift=6.2
requirements=Tests/Devnet/requirements.txt
requirements_stamp=.venv/requirements.sha256

# Runtime libraries of the program with their headers (see Package.swift); what the Swift toolchain itself needs; Python
# for the local chain and compute; what `make release-check` makes its root with.
packages=(
    libcurl4-openssl-dev libsecp256k1-dev libsqlite3-dev libssl-dev libyaml-dev pkg-config
    binutils ca-certificates g++ git libedit2 libncurses6 libxml2 make tzdata zlib1g-dev
    python3 python3-venv
    debootstrap
)

say() { printf '== %s\n' "$*"; }

# Ends with 2: nothing was done, and the text says what is missing.
stop() {
    printf '%s\n' "$@" >&2
    exit 2
}

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

swift_version() { swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)+).*/\1/p' | head -1; }

# Says what is wrong with the Swift toolchain, or nothing.
swift_problem() {
    local version
    if ! command -v swift >/dev/null; then
        echo "no Swift toolchain on the PATH: install Swift $minimum_swift or later from https://swift.org/install"
        return
    fi
    version=$(swift_version)
    if [ -z "$version" ]; then
        echo "'swift --version' does not answer: install Swift $minimum_swift or later from https://swift.org/install"
    elif [ "$(printf '%s\n' "$minimum_swift" "$version" | sort -V | head -1)" != "$minimum_swift" ]; then
        echo "Swift $version is too old: install Swift $minimum_swift or later from https://swift.org/install"
    fi
}

python_is_current() {
    [ -x .venv/bin/python ] && [ -f "$requirements_stamp" ] && sha256sum --status --check "$requirements_stamp"
}
