/** Headers that authenticate at the gateway: a bearer token, or the value as it is if it has a scheme, such as `Basic …`. */
export function credentialHeaders(token: string | undefined): Record<string, string> {
  if (token === undefined || token === '') return {};
  return { authorization: token.includes(' ') ? token : `Bearer ${token}` };
}
