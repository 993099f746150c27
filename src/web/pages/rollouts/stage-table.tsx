import './rollouts.css'
import type { RunView } from '../../../api/index.ts'
import { stateName, type StateWord } from '../../../core/state/index.ts'
import { useFleetMap } from '../../data/use-fleet-map.ts'
import { Glyph, ShapeOf } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'

const pitch = 13
const size = 10
const columns = 22
const drawn = 300
const noScope = {}

/** The stages in order: their clusters as on the fleet map, their counts in this run, their gates, and why they wait. */
export function StageTable({ run }: { readonly run: RunView }) {
  const map = useFleetMap(noScope, 'region', 'state')
  const states = new Map(
    (map.data?.clusters ?? []).map(([name, , state]) => [name, map.data?.states[state] ?? 'unreachable']),
  )
  return (
    <>
      <div className="table-box">
        <table className="table">
          <thead>
            <tr>
              <th />
              <th>Stage</th>
              <th>Clusters</th>
              <th className="right">Done</th>
              <th className="right">Fail</th>
              <th className="right">Wait</th>
              <th>Gates, and why it waits</th>
            </tr>
          </thead>
          <tbody>
            {run.stages.map((stage, at) => {
              const here =
                at + 1 === run.stage.number &&
                (run.state === 'running' || run.state === 'paused' || run.state === 'stopped')
              const passed = at + 1 < run.stage.number || run.state === 'done'
              const members = run.members.filter((member) => member.stage === stage.name)
              return (
                <tr key={stage.name} className={here ? 'selected' : ''}>
                  <td className="sub">{at + 1}</td>
                  <td>
                    <b>{stage.name}</b>
                    <div className="below">
                      {stage.clusters}
                      {stage.maxParallel === undefined ? '' : `, ${stage.maxParallel} at once`}
                    </div>
                  </td>
                  <td>
                    <StageGlyphs members={members} states={states} />
                  </td>
                  <td className="right">{stage.done}</td>
                  <td className="right">{stage.failed}</td>
                  <td className="right">{stage.waiting + stage.working + stage.away}</td>
                  <td>
                    <ul>
                      {stage.gates.map((gate) => (
                        <li key={gate} className="gate">
                          {passed ? (
                            <Icon name="tick" />
                          ) : (
                            <span className={here ? 'gate-mark now' : 'gate-mark'} />
                          )}
                          <code>{gate}</code>
                        </li>
                      ))}
                    </ul>
                    {stage.soakMs === 0 ? null : (
                      <div className="below">
                        stands healthy for {Math.round(stage.soakMs / 60_000)} min first
                      </div>
                    )}
                    {stage.note === undefined ? null : here ? (
                      <b>Waits: {stage.note}</b>
                    ) : (
                      <div className="below">{stage.note}</div>
                    )}
                    <Failures members={members} />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <p className="sub" style={{ marginTop: 8 }}>
        Glyphs are the state of the whole cluster, as on Fleet; DONE, FAIL and WAIT count this run.
      </p>
    </>
  )
}

interface StageGlyphsProps {
  readonly members: RunView['members']
  readonly states: ReadonlyMap<string, StateWord>
}

function StageGlyphs({ members, states }: StageGlyphsProps) {
  const shown = members.slice(0, drawn)
  const rows = Math.max(1, Math.ceil(shown.length / columns))
  return (
    <svg width={columns * pitch} height={rows * pitch} role="img" aria-label={`${members.length} clusters`}>
      {shown.map(({ cluster, state: own }, at) => {
        // Until the map is there, nothing is said about the state of a cluster.
        const state = states.get(cluster)
        return state === undefined ? null : (
          <svg
            key={cluster}
            x={(at % columns) * pitch}
            y={Math.floor(at / columns) * pitch + 1}
            width={size}
            height={size}
            viewBox="0 0 16 16"
            className={`s-${state}`}
          >
            <title>{`${cluster}: ${stateName(state)}, in this run ${own}`}</title>
            <ShapeOf state={state} />
          </svg>
        )
      })}
    </svg>
  )
}

const shownFailures = 3

function Failures({ members }: { readonly members: RunView['members'] }) {
  const failed = members.filter(({ state }) => state === 'failed')
  return (
    <>
      {failed.slice(0, shownFailures).map(({ cluster, detail }) => (
        <div key={cluster} className="below">
          <Glyph state="failed" /> {cluster}: {detail ?? 'failed'}
        </div>
      ))}
      {failed.length > shownFailures ? (
        <div className="below">and {failed.length - shownFailures} more failed</div>
      ) : null}
    </>
  )
}
