#!/usr/bin/env bash
# The page tests need a Chromium of this machine; on Debian, as root, it is installed, else the command is told.
set -euo pipefail
[ -x /usr/bin/chromium ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "Installing Debian's chromium for the page tests ..."
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
  exit 0
fi
echo "wegwijs: the page tests need chromium: sudo apt-get install chromium fonts-noto-core" >&2
exit 1
