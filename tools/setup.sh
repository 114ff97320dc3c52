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

lavapipe_icd=/usr/share/vulkan/icd.d/lvp_icd.json
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

# Dawn needs Mesa >= 23 for lavapipe; Debian 12's own 22.3 is refused.
driver_ok() {
  # A real GPU's driver serves as well as lavapipe: any other ICD with its device node will do.
  if [ -e /dev/nvidia0 ] || [ -e /dev/dri/renderD128 ]; then has vulkaninfo || ldconfig -p 2>/dev/null | grep -q libvulkan && return 0; fi
  [ -f "$lavapipe_icd" ] || return 1
  local version
  version=$(dpkg-query -W -f '${Version}' mesa-vulkan-drivers 2>/dev/null || echo 0)
  dpkg --compare-versions "$version" ge 23
}

packages=()
backports=()
driver_ok || backports+=(mesa-vulkan-drivers libvulkan1)
if [ "$want_browsers" = 1 ]; then
  has chromium || [ -x /usr/bin/chromium ] || packages+=(chromium)
  has firefox-esr || packages+=(firefox-esr)
  has ffprobe || packages+=(ffmpeg)
  # A face for the page's text in headless browsers.
  fc-list 2>/dev/null | grep -q . || packages+=(fonts-dejavu-core fontconfig)
fi
if [ "$want_assets" = 1 ]; then
  has blender || packages+=(blender)
  /usr/bin/python3 -c 'import torch' 2>/dev/null || packages+=(python3-torch python3-pil)
fi
[ ${#packages[@]} = 0 ] && [ ${#backports[@]} = 0 ] && exit 0

if ! has apt-get || ! grep -qi '^ID=debian' /etc/os-release 2>/dev/null; then
  echo "setup: install by hand: a Vulkan driver (Mesa >= 23 or the vendor's), Chromium, Firefox and ffmpeg; missing: ${backports[*]:-} ${packages[*]:-}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
  has sudo || { echo "setup: run tools/setup.sh as root once; it installs: ${backports[*]:-} ${packages[*]:-}" >&2; exit 1; }
  as_root=(sudo)
fi

codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
if [ ${#backports[@]} != 0 ] && [ "$codename" = bookworm ] && ! grep -rqs "bookworm-backports" /etc/apt/sources.list /etc/apt/sources.list.d; then
  source_file=$(grep -ls 'Suites:.*bookworm' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -1 || true)
  if [ -n "$source_file" ]; then
    uri=$(awk '/^URIs:/ { print $2; exit }' "$source_file")
    key=$(awk '/^Signed-By:/ { print $2; exit }' "$source_file")
    printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: %s\n' "$uri" "${key:-/usr/share/keyrings/debian-archive-keyring.gpg}" |
      "${as_root[@]}" tee /etc/apt/sources.list.d/impasto-backports.sources >/dev/null
  else
    uri=$(awk '$1 == "deb" && $3 == "bookworm" { print $2; exit }' /etc/apt/sources.list)
    printf 'deb %s bookworm-backports main\n' "$uri" |
      "${as_root[@]}" tee /etc/apt/sources.list.d/impasto-backports.list >/dev/null
  fi
fi

export DEBIAN_FRONTEND=noninteractive
echo "setup: installing ${backports[*]:-} ${packages[*]:-}" >&2
"${as_root[@]}" apt-get update -qq
if [ ${#backports[@]} != 0 ]; then
  target=()
  [ "$codename" = bookworm ] && target=(-t bookworm-backports)
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${target[@]}" "${backports[@]}" >/dev/null
fi
if [ ${#packages[@]} != 0 ]; then
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
