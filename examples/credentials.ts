/**
 * What a gateway is sent that asks who you are: GATEWAY_TOKEN as a bearer token, or as it is where it begins with its
 * scheme, such as `Basic …`.
 */
export function credentialHeaders(token: string | undefined): Record<string, string> {
  if (token === undefined || token === '') return {};
  return { authorization: token.includes(' ') ? token : `Bearer ${token}` };
}
