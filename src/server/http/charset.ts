/**
 * Whether a content type claims nothing but UTF-8. Bodies are read as that whatever is claimed: a claim to the
 * contrary is a mistake, or a trick on a filter.
 */
export function claimsUtf8(contentType = ''): boolean {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType) ?? [];
  return /^utf-?8$/i.test(charset);
}
