; extends

; Fences whose info string begins with `lumen`, as `lumen run`.
(fenced_code_block
  (info_string) @_info
  (code_fence_content) @injection.content
  (#lua-match? @_info "^%s*lumen")
  (#set! injection.language "lumen"))
