#!/usr/bin/env bash
# Installs what a bare Debian machine lacks: a Vulkan driver that Dawn accepts (lavapipe 25 from
# backports), Chromium, Firefox, ffmpeg. Usable alone; the test and demo commands call it.
#
#   tools/setup.sh            what `npm test` and `npm run demo` need
#   tools/setup.sh --driver   only the Vulkan driver (enough for the command line)
#   tools/setup.sh --assets   also Blender and PyTorch, for remaking scenes, networks and fixtures
#
# Does nothing, quickly, where all is there. Elsewhere than on Debian it says in one line what to
# install by hand. The backports suite is added with the address and key that the machine's own
# Debian source names, so no host is written down here.
set -euo pipefail

# Tests show the script other machines: SETUP_ROOT goes before every path that it looks at.
root=${SETUP_ROOT:-}
icd_folders=("$root/usr/share/vulkan/icd.d" "$root/etc/vulkan/icd.d")
want_browsers=1
want_assets=0
for option in "$@"; do
  case "$option" in
    --driver) want_browsers=0 ;;
    --assets) want_assets=1 ;;
    *) echo "setup.sh: expected --driver or --assets, found '$option'" >&2; exit 2 ;;
  esac
done

has() { command -v "$1" >/dev/null 2>&1; }
on_debian() { has apt-get && grep -qi '^ID=debian' "$root/etc/os-release" 2>/dev/null; }
# True when a glob matches; `ls | grep -q` would fail by SIGPIPE under pipefail.
any() { compgen -G "$1" >/dev/null; }

driver_ok() {
  # Dawn speaks Metal there.
  [ "$(uname)" = Darwin ] && return 0
  any "$root/usr/lib*/libvulkan.so.1" || any "$root/usr/lib/*/libvulkan.so.1" || return 1
  local folder found=0
  for folder in "${icd_folders[@]}"; do any "$folder/*.json" && found=1; done
  [ "$found" = 1 ] || return 1
  # A real GPU's driver serves as well; and what other systems call their packages we cannot know.
  if [ -e "$root/dev/nvidia0" ] || [ -e "$root/dev/dri/renderD128" ] || ! on_debian; then return 0; fi
  # Dawn needs Mesa >= 23 for lavapipe; Debian 12's own 22.3 is refused.
  local version
  version=$(dpkg-query -W -f '${Version}' mesa-vulkan-drivers 2>/dev/null || echo 0)
  dpkg --compare-versions "$version" ge 23
}

packages=()
backports=()
driver_ok || backports+=(mesa-vulkan-drivers libvulkan1)
if [ "$want_browsers" = 1 ]; then
  has chromium || packages+=(chromium)
  has firefox-esr || has firefox || packages+=(firefox-esr)
  has ffprobe || packages+=(ffmpeg)
  # A face for the page's text in headless browsers.
  any "$root/usr/share/fonts/*/*" || packages+=(fonts-dejavu-core fontconfig)
fi
if [ "$want_assets" = 1 ]; then
  has blender || packages+=(blender)
  "$root/usr/bin/python3" -c 'import torch, PIL' 2>/dev/null || packages+=(python3-torch python3-pil)
fi
missing="${backports[*]:-} ${packages[*]:-}"
[ "$missing" = ' ' ] && exit 0

if ! on_debian; then
  echo "setup: install by hand what these Debian packages hold (a Vulkan driver may be Mesa >= 23 or the vendor's): $missing" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
  has sudo || { echo "setup: run tools/setup.sh as root once; it installs: $missing" >&2; exit 1; }
  as_root=(sudo)
fi

# Only Debian 12 is old enough to need them, and there they must be asked for by name.
target=()
codename=$(sed -n 's/^VERSION_CODENAME=//p' "$root/etc/os-release")
if [ ${#backports[@]} != 0 ] && [ "$codename" = bookworm ]; then
  target=(-t bookworm-backports)
  sources=$root/etc/apt
  if ! grep -rqs 'bookworm-backports' "$sources/sources.list" "$sources/sources.list.d"; then
    file=$(grep -lsE '^Suites:.*\bbookworm( |$)' "$sources"/sources.list.d/*.sources | sed -n 1p || true)
    if [ -n "$file" ]; then
      # The stanza that has the suite itself: security updates lie elsewhere.
      read -r uri key < <(awk -v RS= '/(^|\n)Suites:[^\n]*[ :]bookworm( |\n|$)/ {
        n = split($0, line, "\n")
        for (i = 1; i <= n; i++) { split(line[i], word, /[ \t]+/)
          if (word[1] == "URIs:") uri = word[2]; if (word[1] == "Signed-By:") key = word[2] }
        print uri, key; exit }' "$file")
      entry=$(printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: %s' \
        "${uri:-}" "${key:-/usr/share/keyrings/debian-archive-keyring.gpg}")
      name=impasto-backports.sources
    else
      uri=$(awk '$1 == "deb" { at = $2 ~ /^\[/ ? 3 : 2; while (at > 2 && $(at - 1) !~ /\]$/) at++
        if ($(at + 1) == "bookworm") { print $at; exit } }' "$sources/sources.list" 2>/dev/null || true)
      entry="deb ${uri:-} bookworm-backports main"
      name=impasto-backports.list
    fi
    [ -n "${uri:-}" ] || { echo "setup: expected Debian's package source in /etc/apt, found none; add bookworm-backports by hand" >&2; exit 1; }
    printf '%s\n' "$entry" | "${as_root[@]}" tee "$sources/sources.list.d/$name" >/dev/null
  fi
fi

export DEBIAN_FRONTEND=noninteractive
install() { "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
echo "setup: installing $missing" >&2
"${as_root[@]}" apt-get update -qq
[ ${#backports[@]} = 0 ] || install "${target[@]}" "${backports[@]}"
[ ${#packages[@]} = 0 ] || install "${packages[@]}"
