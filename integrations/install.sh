# Brings `trainyard` from where TRAINYARD_FROM says; without it, the command must be there already.
#
# It is the address or path of a release's archive, `….tar.gz#sha256=<digest>` with its digest where that shall be checked,
# or the address of the sources, `https://…/trainyard#<tag>`, which cargo builds. For any POSIX shell that ends at errors.
if [ -n "${TRAINYARD_FROM:-}" ]; then
  into=$(mktemp -d)
  from=${TRAINYARD_FROM%%#*}
  behind=${TRAINYARD_FROM#"$from"}
  behind=${behind#\#}
  case $from in
    *.tar.gz)
      archive=$into/archive.tar.gz
      if [ -f "$from" ]; then cp "$from" "$archive"
      elif command -v curl > /dev/null; then curl -fsSL -o "$archive" "$from"
      else wget -q -O "$archive" "$from"; fi
      if [ -n "$behind" ]; then echo "${behind#sha256=}  $archive" | sha256sum -c -; fi
      tar -xzf "$archive" -C "$into" --strip-components=1 ;;
    *) cargo install --quiet --locked --git "$from" ${behind:+--tag "$behind"} --root "$into" trainyard-cli ;;
  esac
  PATH=$into/bin:$PATH
  export PATH
fi
