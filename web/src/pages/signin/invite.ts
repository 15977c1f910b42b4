// The secret of an invite, which stands after `#` in its link, so that it appears in no log.

/** The secret in a link or a QR code of an invite, or a secret itself; null if the text is neither. */
export function inviteOf(text: string): string | null {
  const secret = /(?:^|[#&]invite=)(om_[0-9a-f]{64})$/.exec(text.trim());
  return secret?.[1] ?? null;
}
