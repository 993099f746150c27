import { stateName, type StateWord } from '../../core/state/index.ts'

/**
 * The shapes of the states in a box of 16: normal is hollow, abnormal is filled, so that what is wrong stands out without
 * colour (ux §3).
 */
export const shapes: Readonly<
  Record<StateWord, { readonly d: string; readonly stroke?: number; readonly also?: string }>
> = {
  'in-sync': { d: 'M3 3h10v10H3z', stroke: 1.25 },
  pending: { d: 'M8 2l6 6-6 6-6-6z', stroke: 1.25 },
  drifted: { d: 'M8 .8 15.2 8 8 15.2.8 8z' },
  failed: { d: 'M8 1.2 15.3 14.4H.7z' },
  'in-progress': {
    d: 'M8 1.75a6.25 6.25 0 1 1 0 12.5 6.25 6.25 0 0 1 0-12.5',
    stroke: 1.5,
    also: 'M8 2a6 6 0 0 1 0 12z',
  },
  leased: { d: 'M3 2h4v12H3zM9 2h4v12H9z' },
  unreachable: { d: 'M2.5 2.5l11 11m0-11l-11 11', stroke: 2.75 },
}

interface GlyphProps {
  readonly state: StateWord
  /** Says the state to those who do not see it; leave it out where the word stands beside the glyph. */
  readonly spoken?: boolean
  readonly size?: number
}

/** The shape of a state in its colour. */
export function Glyph({ state, spoken = false, size = 16 }: GlyphProps) {
  return (
    <svg
      className={`glyph s-${state}`}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      {...(spoken ? { role: 'img', 'aria-label': stateName(state) } : { 'aria-hidden': true })}
    >
      <ShapeOf state={state} />
    </svg>
  )
}

/** The paths of a state alone, for drawings of their own. */
export function ShapeOf({ state }: { readonly state: StateWord }) {
  const { d, stroke, also } = shapes[state]
  return (
    <>
      {stroke === undefined ? (
        <path d={d} fill="currentColor" />
      ) : (
        <path d={d} fill="none" stroke="currentColor" strokeWidth={stroke} />
      )}
      {also === undefined ? null : <path d={also} fill="currentColor" />}
    </>
  )
}

/** A state with its word: the shape never stands alone. */
export function StateText({
  state,
  children,
}: {
  readonly state: StateWord
  readonly children?: React.ReactNode
}) {
  return (
    <span className="nowrap">
      <Glyph state={state} /> {children ?? stateName(state)}
    </span>
  )
}
