import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary, useRef } from 'preact/hooks';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter-preact';
import { useSession } from './data/session-context.js';
import { LoadPage } from './load/load-page.js';
import { LookUpPage } from './look-up/look-up-page.js';
import { NowPage } from './now/now-page.js';
import { Failure } from './parts/states.js';
import { RequestsPage } from './requests/requests-page.js';
import { SchemaPage } from './schema/schema-page.js';

const PAGES = [
  { path: '/', title: 'Now', Page: NowPage },
  { path: '/requests', title: 'Requests', Page: RequestsPage },
  { path: '/load', title: 'Load a file', Page: LoadPage },
  { path: '/schema', title: 'Schema', Page: SchemaPage },
  { path: '/look-up', title: 'Look up', Page: LookUpPage },
] as const;

export function Shell() {
  const { isSignedIn, end } = useSession();
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);

  useEffect(() => {
    const { title = 'Console' } = PAGES.find(({ path }) => path === location) ?? {};
    document.title = `${title} · CRM gateway`;
    if (!isFirst.current) main.current?.querySelector('h1')?.focus();
    isFirst.current = false;
  }, [location]);

  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <span class="brand">CRM gateway</span>
        <nav aria-label="Pages">
          {PAGES.map(({ path, title }) => (
            <Link key={path} href={path} aria-current={path === location ? 'page' : undefined}>
              {title}
            </Link>
          ))}
        </nav>
        {isSignedIn && (
          <button type="button" class="quiet-button" onClick={() => end()}>
            Sign out
          </button>
        )}
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Guarded key={location}>
          <Switch>
            {PAGES.map(({ path, Page }) => (
              <Route key={path} path={path} component={Page} />
            ))}
            <Route>
              <Redirect to="/" />
            </Route>
          </Switch>
        </Guarded>
      </main>
    </div>
  );
}

/** A page that breaks says so, and leaves the way to the others. */
function Guarded({ children }: { readonly children: ComponentChildren }) {
  const [error, reset] = useErrorBoundary();
  return error === undefined ? children : <Failure error={error} onRetry={reset} />;
}
