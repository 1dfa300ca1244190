/** Text that every channel would act on if it were let: notation, mentions, links, tags, template syntax. */
export const HOSTILE_TEXT =
  '[toall] [/info] [To:1] <!channel> <@U1> <https://a.example|b> </td><script>alert(1)</script> " \' \\ ' +
  '{{ mark }} {% raw %} *a* :smile: \r\nBcc: x@b.example\u202e\u0000\u001b[31m';
