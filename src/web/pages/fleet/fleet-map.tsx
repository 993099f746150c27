import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { EnvironmentMark, FleetMapView } from '../../../api/index.ts'
import type { StateWord } from '../../../core/state/index.ts'
import { address } from '../../route/address.ts'
import { go } from '../../route/location.ts'
import { inScope } from '../../route/link.tsx'
import { Chip } from '../../ui/identity.tsx'
import { counted } from '../../ui/value.tsx'
import { ClusterCards } from './cluster-cards.tsx'
import { ClusterTip, type TipPlace } from './cluster-tip.tsx'
import { GroupBar } from './group-bar.tsx'
import { isDimmed, MapCells, ShapeSymbols } from './map-cells.tsx'
import {
  between,
  columnsFor,
  groupsOf,
  type MapGroup,
  neighbour,
  type Order,
  pitchFor,
  placesOf,
} from './map-layout.ts'

interface FleetMapProps {
  readonly map: FleetMapView
  readonly order: Order
  readonly filter: StateWord | undefined
  readonly shown: string | undefined
  readonly selected: ReadonlySet<string>
  readonly onSelect: (names: ReadonlySet<string>) => void
  readonly onShow: (name: string | undefined) => void
}

const groupLabelWidth = 72

/** Every cluster at its place: glyphs by environment and group, by pointer and by keyboard alike. */
export function FleetMap({ map, order, filter, shown, selected, onSelect, onShow }: FleetMapProps) {
  // The first part of the version changes with the clusters and their groups, and not with their states.
  const [frame] = map.version.split('.')
  const places = useMemo(() => placesOf(map), [frame, map.total])
  const groups = useMemo(() => groupsOf(map, order, places), [map, order, places])
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [focused, setFocused] = useState('')
  const [tip, setTip] = useState<TipPlace>()
  const anchor = useRef('')
  const pitch = pitchFor(map.total)
  const drawn = typeof pitch === 'number' ? pitch : 22
  const columns = columnsFor(width - groupLabelWidth, drawn)
  const first = groups[0]?.cells[0]?.name ?? ''
  const known = useMemo(() => new Set(map.clusters.map(([name]) => name)), [map])
  const focus = known.has(focused) ? focused : first

  const moveTo = (name: string, extend: boolean): void => {
    if (extend) {
      anchor.current = anchor.current === '' ? focus : anchor.current
      onSelect(new Set(between(groups, anchor.current, name)))
    } else anchor.current = ''
    setFocused(name)
    const cell = box.current?.querySelector(`[data-name="${CSS.escape(name)}"]`)
    if (cell instanceof SVGElement || cell instanceof HTMLElement) {
      cell.focus()
      setTip({ name, rect: cell.getBoundingClientRect() })
    }
  }
  const toggle = (name: string): void => {
    const next = new Set(selected)
    if (!next.delete(name)) next.add(name)
    onSelect(next)
  }
  const pressed = (event: KeyboardEvent): void => {
    const name = nameOf(event.target)
    if (name === undefined) return
    const { key } = event
    if (isArrow(key))
      moveTo(
        neighbour(groups, pitch === 'cards' ? cardColumns(box.current) : columns, name, key),
        event.shiftKey,
      )
    else if (key === 'Enter') go(inScope(address.cluster(name)))
    else if (key === ' ') onShow(name)
    else if (key === 'x') toggle(name)
    else if (key === 'Escape') {
      setTip(undefined)
      onSelect(new Set())
      onShow(undefined)
    } else return
    event.preventDefault()
  }
  const clicked = (event: MouseEvent): void => {
    const name = nameOf(event.target)
    if (name === undefined) return
    setFocused(name)
    if (event.shiftKey || event.ctrlKey || event.metaKey) toggle(name)
    else onShow(name)
  }
  const opened = (event: MouseEvent): void => {
    const name = nameOf(event.target)
    if (name !== undefined && !event.shiftKey) go(inScope(address.cluster(name)))
  }
  const hovered = (event: PointerEvent): void => {
    const cell = event.target instanceof Element ? event.target.closest('[data-name]') : null
    const name = nameOf(event.target)
    if (cell === null || name === undefined || event.pointerType === 'touch') setTip(undefined)
    else if (tip?.name !== name) setTip({ name, rect: cell.getBoundingClientRect() })
  }
  const drag = useDrag(box, (names) => onSelect(new Set([...selected, ...names])))
  const state = map.clusters.find(([name]) => name === tip?.name)?.[2]
  return (
    <div
      ref={box}
      className="fleet-map"
      role="grid"
      aria-label={`Clusters${filter === undefined ? '' : `, those that are ${filter} stand out`}`}
      aria-multiselectable
      onKeyDown={pressed}
      onClick={clicked}
      onDoubleClick={opened}
      onPointerMove={hovered}
      onPointerLeave={() => setTip(undefined)}
      onPointerDown={drag.start}
    >
      <ShapeSymbols />
      {map.environments.map((environment) => {
        const own = groups.filter((group) => group.environment === environment.name)
        return (
          <section key={environment.name} role="presentation">
            <EnvironmentHead mark={environment} groups={own} />
            {own.map((group) => {
              const cells = pitch === 'bars' ? [] : group.cells
              const label = `${environment.name} ${group.name}`
              const marks = { filter, focused: focus, shown, selected }
              return (
                <div key={group.name} className="map-group" role="presentation">
                  <span role="presentation">
                    <b>{group.name === '' ? '–' : group.name}</b> {group.cells.length}
                  </span>
                  {pitch === 'cards' ? (
                    <ClusterCards
                      cells={cells.filter(({ state: one }) => !isDimmed(one, filter))}
                      label={label}
                      {...marks}
                    />
                  ) : pitch === 'bars' ? (
                    <GroupBar cells={group.cells} label={label} />
                  ) : (
                    <MapCells
                      cells={cells}
                      label={label}
                      pitch={pitch}
                      columns={columns}
                      byFill={map.legend.length > 0}
                      {...marks}
                    />
                  )}
                </div>
              )
            })}
          </section>
        )
      })}
      {drag.box}
      {tip === undefined || pitch === 'cards' ? null : (
        <ClusterTip place={tip} state={state === undefined ? undefined : map.states[state]} />
      )}
    </div>
  )
}

function EnvironmentHead({
  mark,
  groups,
}: {
  readonly mark: EnvironmentMark
  readonly groups: readonly MapGroup[]
}) {
  const cells = groups.flatMap((group) => group.cells)
  const abnormal = cells.filter(({ state }) => state !== 'in-sync' && state !== 'pending').length
  const pending = groups.filter((group) => group.cells.some(({ state }) => state === 'pending'))
  return (
    <div className="map-environment" role="presentation">
      <Chip environment={mark.name} tier={mark.tier} colour={mark.colour} />
      <b>{counted(cells.length, 'cluster')}</b>
      <span className="sub">
        {mark.tier}
        {mark.mode === undefined ? '' : ` · ${mark.mode}`}
      </span>
      <span className="grow" />
      <span className="sub">
        {abnormal === 0 ? 'nothing abnormal' : `${abnormal.toLocaleString('en')} abnormal`}
        {pending.length === 0 ? '' : ` · pending: ${pending.map(({ name }) => name || '–').join(', ')}`}
      </span>
    </div>
  )
}

function nameOf(target: EventTarget | null): string | undefined {
  const cell = target instanceof Element ? target.closest('[data-name]') : null
  return cell?.getAttribute('data-name') ?? undefined
}

const arrows = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'] as const

function isArrow(key: string): key is (typeof arrows)[number] {
  return arrows.some((arrow) => arrow === key)
}

/** How many cards stand in a row, as the browser has laid them out. */
function cardColumns(box: HTMLElement | null): number {
  const grid = box?.querySelector('.cards')
  if (grid === null || grid === undefined) return 1
  return getComputedStyle(grid).gridTemplateColumns.split(' ').length
}

function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(720)
  // Before anything is painted: a map that is drawn for another width would move.
  useLayoutEffect(() => {
    if (box.current === null) return
    setWidth(Math.floor(box.current.getBoundingClientRect().width))
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 720)))
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [box])
  return width
}

/** Shift and drag: every cluster that the frame touches. */
function useDrag(box: React.RefObject<HTMLElement | null>, onSelect: (names: string[]) => void) {
  const [frame, setFrame] = useState<DOMRect>()
  const start = (event: PointerEvent): void => {
    if (!event.shiftKey || event.button !== 0) return
    event.preventDefault()
    const { clientX: x, clientY: y } = event
    const frameTo = (to: globalThis.PointerEvent): DOMRect =>
      new DOMRect(
        Math.min(x, to.clientX),
        Math.min(y, to.clientY),
        Math.abs(to.clientX - x),
        Math.abs(to.clientY - y),
      )
    const moved = (to: globalThis.PointerEvent): void => setFrame(frameTo(to))
    const ended = (to: globalThis.PointerEvent): void => {
      window.removeEventListener('pointermove', moved)
      setFrame(undefined)
      const rect = frameTo(to)
      if (rect.width + rect.height < 6) return
      const cells = [...(box.current?.querySelectorAll('[data-name]') ?? [])]
      onSelect(
        cells
          .filter((cell) => touches(rect, cell.getBoundingClientRect()))
          .flatMap((cell) => nameOf(cell) ?? []),
      )
    }
    window.addEventListener('pointermove', moved)
    window.addEventListener('pointerup', ended, { once: true })
  }
  const drawn =
    frame === undefined ? null : (
      <div
        className="drag-frame"
        style={{ left: frame.x, top: frame.y, width: frame.width, height: frame.height }}
      />
    )
  return { start, box: drawn }
}

function touches(one: DOMRect, two: DOMRect): boolean {
  return one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom
}
