/** A page of links for developers, which needs nothing from elsewhere. */

const LINKS: readonly (readonly [path: string, name: string, what: string])[] = [
  ['/graphiql', 'GraphiQL', 'write queries; works offline'],
  ['/graphql', 'Apollo Sandbox', 'write queries; needs the internet'],
  ['/console/', 'Console', 'for people who do not write GraphQL'],
  ['/schema.graphql', 'Schema', 'as text (SDL)'],
  ['/health', 'Health', 'version and upstream'],
  ['/ready', 'Readiness', 'every check, and its reason'],
];

/** @param hasConsole whether the console is served */
export function frontPage(hasConsole: boolean): string {
  const items = LINKS.filter(([path]) => hasConsole || path !== '/console/').map(
    ([path, name, what]) => `<li><a href="${path}">${name}</a> ${what}</li>`,
  );
  return `<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Gong CRM gateway</title>
<style>body { font: 1rem/1.8 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>Gong CRM gateway</h1>
<ul>
${items.join('\n')}
</ul>
</html>
`;
}
