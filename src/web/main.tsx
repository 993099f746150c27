/**
 * The pages of the hub: a client of its API like any other, with no way in of its own (ux.md).
 *
 * Refuses to compute what the hub knows: states, totals and causes come aggregated. Shows no fact without its age, and
 * writes nothing whose preview was not shown, or while live updates are lost.
 * Key invariant: what is on screen is what an address says: every view can be pasted.
 */
import '@patternfly/react-core/dist/styles/base.css'
import './theme/tokens.css'
import './theme/shell.css'
import './theme/parts.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './data/answers.ts'
import { keepUpToDate } from './data/follow.ts'
import { App } from './shell/app.tsx'
import { followTheme } from './theme/theme.ts'

followTheme()
keepUpToDate()
const place = document.getElementById('app')
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
}
