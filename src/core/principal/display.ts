/**
 * Text from elsewhere made safe for a terminal (threat T40): control characters, bidirectional and zero-width marks, line separators
 * and stray octets become visible escapes (`\x1b`, `\u202e`); everything else stays. Names go through `unparsePrincipal` first.
 */
export function displayText(text: string): string {
  return HARMLESS.test(text)
    ? text
    : text.replace(UNSAFE, char => {
        const code = char.charCodeAt(0)
        if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
        if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
        return `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`
      })
}

/** Nearly every name; the other pattern is a large one. */
const HARMLESS = /^[ -~]*$/

/** C0, DEL, C1, format and separator characters (bidi, zero width, BOM, tags), lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
