import { memo } from 'react'
import { stateName, type StateWord, stateWords } from '../../../core/state/index.ts'
import { ShapeOf } from '../../ui/glyph.tsx'
import { type Cell, glyphSize } from './map-layout.ts'

/** The shapes once, for all glyphs of the map to refer to. */
export function ShapeSymbols() {
  return (
    <svg width="0" height="0" style={{ position: 'absolute' }} aria-hidden>
      <defs>
        {stateWords.map((state) => (
          <symbol key={state} id={`g-${state}`} viewBox="0 0 16 16">
            <ShapeOf state={state} />
          </symbol>
        ))}
      </defs>
    </svg>
  )
}

interface MapCellsProps {
  readonly cells: readonly Cell[]
  readonly label: string
  readonly pitch: number
  readonly columns: number
  readonly byFill: boolean
  readonly filter: StateWord | undefined
  readonly focused: string
  readonly shown: string | undefined
  readonly selected: ReadonlySet<string>
}

/** The glyphs of one group, row by row. */
export function MapCells({ cells, label, pitch, columns, ...marks }: MapCellsProps) {
  const size = glyphSize(pitch)
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    cells.slice(row * columns, (row + 1) * columns),
  )
  return (
    <svg
      className="map"
      role="rowgroup"
      aria-label={label}
      width={Math.min(columns, Math.max(1, cells.length)) * pitch - pitch + size}
      height={rows.length * pitch}
    >
      {rows.map((row, y) => (
        <g key={row[0]?.name} role="row">
          {row.map((cell, x) => (
            <MapCell
              key={cell.name}
              name={cell.name}
              state={cell.state}
              fill={marks.byFill ? cell.fill : -1}
              x={x * pitch}
              y={y * pitch + (pitch - size) / 2}
              size={size}
              dimmed={isDimmed(cell.state, marks.filter)}
              focusable={cell.name === marks.focused}
              ringed={cell.name === marks.shown}
              selected={marks.selected.has(cell.name)}
            />
          ))}
        </g>
      ))}
    </svg>
  )
}

/** In sync takes those that are pending with it, as the sentence does. */
export function isDimmed(state: StateWord, filter: StateWord | undefined): boolean {
  if (filter === undefined) return false
  return filter === 'in-sync' ? state !== 'in-sync' && state !== 'pending' : state !== filter
}

interface MapCellProps {
  readonly name: string
  readonly state: StateWord
  /** -1 where glyphs are filled by state. */
  readonly fill: number
  readonly x: number
  readonly y: number
  readonly size: number
  readonly dimmed: boolean
  readonly focusable: boolean
  readonly ringed: boolean
  readonly selected: boolean
}

/** Only cells whose own values change are drawn again. */
const MapCell = memo(function MapCell(props: MapCellProps) {
  const { name, state, fill, x, y, size, dimmed, focusable, ringed, selected } = props
  return (
    <g
      role="gridcell"
      data-name={name}
      data-state={state}
      tabIndex={focusable ? 0 : -1}
      aria-label={`${name}: ${stateName(state)}`}
      aria-selected={selected}
      className={dimmed ? 'cell dimmed' : 'cell'}
    >
      {/* What the pointer finds: the gaps between lines of a glyph belong to it. */}
      <rect
        x={x - 2}
        y={y - 2}
        width={size + 4}
        height={size + 4}
        rx={3}
        className={selected ? 'hit selected' : 'hit'}
      />
      {fill < 0 || state === 'unreachable' ? (
        <use href={`#g-${state}`} className={`s-${state}`} x={x} y={y} width={size} height={size} />
      ) : (
        <rect x={x} y={y} width={size} height={size} rx={1} className={`fill fill-${fill}`} />
      )}
      {ringed ? (
        <rect x={x - 3} y={y - 3} width={size + 6} height={size + 6} rx={4} className="ring" />
      ) : null}
    </g>
  )
})
