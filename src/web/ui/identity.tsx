import type { CSSProperties } from 'react'
import type { Tier } from '../../api/index.ts'
import { identityColour } from '../theme/palette.ts'
import { address } from '../route/address.ts'
import { Link } from '../route/link.tsx'

export interface Marked {
  readonly environment: string
  readonly tier: Tier
  readonly colour?: string | undefined
}

/** The identity colour as the style sheet takes it. */
export function identityStyle({
  environment,
  colour,
}: Pick<Marked, 'environment' | 'colour'>): CSSProperties {
  // A custom property is no field of CSSProperties, and React passes it on.
  return { '--ek-id': identityColour(environment, colour) } as CSSProperties
}

interface ChipProps extends Marked {
  /** Without it the chip names the environment. */
  readonly cluster?: string
  readonly large?: boolean
  /** False for a chip inside another link, or where it leads to the page that it stands on. */
  readonly linked?: boolean
}

/** Which cluster or environment this is about: colour, word and, where it is protected, hatching and a lock (ux §7). */
export function Chip({ cluster, large = false, linked = false, ...mark }: ChipProps) {
  const isProtected = mark.tier === 'protected'
  const className = `chip${large ? ' large' : ''}${isProtected ? ' protected' : ''}`
  const inside = (
    <>
      {isProtected ? (
        <span className="lock">
          <svg viewBox="0 0 16 16" aria-hidden>
            <path d="M3.5 7h9v7h-9z" fill="#fff" />
            <path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" />
          </svg>
          <span className="hidden-text">protected </span>
        </span>
      ) : null}
      <span className="code">{mark.environment}</span>
      {cluster === undefined ? null : (
        <span className="name" dir="auto">
          {cluster}
        </span>
      )}
    </>
  )
  const style = identityStyle(mark)
  const title = `${cluster ?? mark.environment}: environment ${mark.environment}, ${mark.tier}`
  if (linked && cluster !== undefined)
    return (
      <Link to={address.cluster(cluster)} className={className} style={style} title={title}>
        {inside}
      </Link>
    )
  return (
    <span className={className} style={style} title={title}>
      {inside}
    </span>
  )
}

/** The band across the top of everything that is about one cluster. */
export function Band(mark: Marked) {
  return (
    <div className={`band${mark.tier === 'protected' ? ' protected' : ''}`} style={identityStyle(mark)} />
  )
}
