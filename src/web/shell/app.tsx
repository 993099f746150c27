import { Suspense, useEffect, useState } from 'react'
import { useLive } from '../data/live.ts'
import { FreezeDialog } from '../guard/freeze-dialog.tsx'
import { usePath } from '../route/location.ts'
import { Link } from '../route/link.tsx'
import { Empty } from '../ui/empty.tsx'
import { ScopeBar } from '../ui/scope-bar.tsx'
import { CommandPalette } from './command-palette.tsx'
import { useGlobalKeys } from './global-keys.ts'
import { KeyHelp } from './key-help.tsx'
import { Mast } from './mast.tsx'
import { PageFence } from './page-fence.tsx'
import { pageOf } from './pages.ts'
import { Rail } from './rail.tsx'
import { SignedOut } from './signed-out.tsx'
import { StaleBar } from './stale-bar.tsx'

type Overlay = 'freeze' | 'palette' | 'help' | undefined

/** The frame of every page: top bar, rail, scope, and the page that the address names. */
export function App() {
  const path = usePath()
  const page = pageOf(path)
  const [overlay, setOverlay] = useState<Overlay>()
  const { signedOut } = useLive()
  useGlobalKeys({ onPalette: () => setOverlay('palette'), onHelp: () => setOverlay('help') })
  useEffect(() => setOverlay(undefined), [path])
  const close = (): void => setOverlay(undefined)
  return (
    <>
      <a className="hidden-text" href="#page">
        Skip to the page
      </a>
      <Mast
        onFreeze={() => setOverlay('freeze')}
        onFind={() => setOverlay('palette')}
        onHelp={() => setOverlay('help')}
      />
      <div className="app">
        <Rail first={page?.first ?? ''} />
        <main className="main" id="page" tabIndex={-1}>
          <StaleBar />
          {signedOut ? (
            <SignedOut />
          ) : (
            <>
              <ScopeBar />
              <PageFence key={path}>
                <Suspense fallback={<div className="page" style={{ minHeight: 400 }} />}>
                  {page === undefined ? <Nowhere path={path} /> : <page.Page parts={page.parts} />}
                </Suspense>
              </PageFence>
            </>
          )}
        </main>
      </div>
      {overlay === 'freeze' ? <FreezeDialog onClose={close} /> : null}
      {overlay === 'palette' ? (
        <CommandPalette onClose={close} onFreeze={() => setOverlay('freeze')} />
      ) : null}
      {overlay === 'help' ? <KeyHelp onClose={close} /> : null}
    </>
  )
}

function Nowhere({ path }: { readonly path: string }) {
  return (
    <Empty title="There is no such page" action={<Link to="/">Go to the fleet</Link>}>
      Nothing stands under <code>{path.slice(0, 200)}</code>. Links from older versions may have moved.
    </Empty>
  )
}
