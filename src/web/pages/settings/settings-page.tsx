import type { ReactNode } from 'react'
import { useAnswer } from '../../data/answers.ts'
import { hub } from '../../data/hub.ts'
import { type ThemeChoice, useTheme } from '../../theme/theme.ts'
import { Age, Clock } from '../../ui/age.tsx'
import { Answer, Together } from '../../ui/answer.tsx'
import { Toggle } from '../../ui/choose.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted, shortRevision } from '../../ui/value.tsx'
import { EndableTable } from './endable-table.tsx'
import { Tokens } from './tokens.tsx'

const themes: readonly (readonly [ThemeChoice, string])[] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

/** Who you are here, the browsers that are signed in, how the page looks, and how the hub is. */
export default function SettingsPage() {
  usePageTitle('Settings')
  const [theme, setTheme] = useTheme()
  const session = useAnswer('session', {}, { every: 60_000 })
  const whoami = useAnswer('whoami', {}, { every: 60_000 })
  const fleet = useAnswer('fleet', {})
  const sessions = useAnswer('sessions', {}, { every: 30_000 })
  const tokens = useAnswer('tokens', {}, { every: 30_000 })
  return (
    <div className="page">
      <h1>Settings</h1>
      <Together of={[session, whoami, fleet, sessions, tokens]} what="who you are and how the hub is">
        <div className="two">
          <section aria-label="You">
            <div className="section-head">
              <h2>You</h2>
            </div>
            <Answer of={session} what="who you are">
              {(view) => (
                <dl className="facts">
                  <Row name="Name">{view.name}</Row>
                  <Row name="Signed in by">{view.via}</Row>
                  <Row name="Groups">{view.groups.length === 0 ? 'none' : view.groups.join(', ')}</Row>
                  <Row name="May">{view.privileges.join(', ')}</Row>
                  <Row name="Until">
                    {view.expiresAt === undefined ? 'it is taken back' : <Clock at={view.expiresAt} />}
                  </Row>
                </dl>
              )}
            </Answer>
            <Sessions />
            <Tokens held={session.data?.privileges ?? []} />
            <div className="section-head">
              <h2>Look</h2>
            </div>
            <Toggle label="Theme" value={theme} choices={themes} onChoose={setTheme} />
          </section>
          <section aria-label="Hub">
            <div className="section-head">
              <h2>Hub</h2>
            </div>
            <Answer of={whoami} what="the hub">
              {({ hub: about }) => (
                <dl className="facts">
                  <Row name="Version">{about.version}</Row>
                  <Row name="Installation">
                    <code>{about.installation}</code>
                  </Row>
                  <Row name="Runs for">
                    <Age at={about.startedAt} />
                  </Row>
                  <Row name="Writes">{about.readOnly ? 'nothing: it only observes' : 'as the modes say'}</Row>
                  <Row name="API">
                    <a href="/openapi.json">OpenAPI 3.1</a>
                  </Row>
                </dl>
              )}
            </Answer>
            <Answer of={fleet} what="the fleet repository">
              {(view) => (
                <>
                  <div className="section-head">
                    <h2>Fleet repository</h2>
                  </div>
                  <dl className="facts">
                    {view.repositories.map((repository) => (
                      <Row key={repository.name} name={repository.name}>
                        {repository.url} {repository.branch}
                        <div className="below">
                          {repository.state}
                          {repository.message === undefined ? '' : `: ${repository.message}`}
                        </div>
                      </Row>
                    ))}
                    <Row name="In force">
                      {view.revision === undefined ? (
                        'nothing was read yet'
                      ) : (
                        <code>{shortRevision(view.revision)}</code>
                      )}
                      {view.loadedAt === undefined ? null : (
                        <span className="sub">
                          {' '}
                          for <Age at={view.loadedAt} />
                        </span>
                      )}
                    </Row>
                    <Row name="Declares">
                      {counted(view.environments, 'environment')}, {counted(view.clusters, 'cluster')},{' '}
                      {counted(view.bundles, 'bundle')}
                    </Row>
                    <Row name="Problems">
                      {view.problems.length === 0 ? 'none' : counted(view.problems.length, 'problem')}
                    </Row>
                  </dl>
                  {view.problems.slice(0, 50).map((problem) => (
                    <p key={problem.file + problem.line + problem.message} className="below">
                      <code>
                        {problem.file}:{problem.line}
                      </code>{' '}
                      {problem.message} {problem.hint}
                    </p>
                  ))}
                </>
              )}
            </Answer>
          </section>
        </div>
      </Together>
    </div>
  )
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
      <dd />
    </>
  )
}

/** The browsers that are signed in as you; each can be signed out. */
function Sessions() {
  const sessions = useAnswer('sessions', {}, { every: 30_000 })
  return (
    <>
      <div className="section-head">
        <h2>Signed in</h2>
        <span className="sub">your browsers</span>
      </div>
      <Answer of={sessions} what="your sessions">
        {({ items }) =>
          items.length === 0 ? (
            <p className="sub">No browser is signed in: this page came with a token.</p>
          ) : (
            <EndableTable
              head={['Browser', 'Seen', 'Ends']}
              rows={items.map((one) => ({
                id: one.id,
                name: browserName(one.agent),
                cells: [
                  <>
                    {browserName(one.agent)}{' '}
                    {one.current ? <span className="label-box">this one</span> : null}
                    <div className="below">
                      since <Clock at={one.createdAt} /> by {one.via}
                    </div>
                  </>,
                  <Age at={one.seenAt} />,
                  <Clock at={one.expiresAt} />,
                ],
              }))}
              verb="Sign out"
              wanted="the browser signed out"
              end={(id) => hub.endSession({ params: { session: id } })}
            />
          )
        }
      </Answer>
    </>
  )
}

/** The part of a user agent that people know. */
function browserName(agent: string): string {
  const found = /(Firefox|Edg|Chrome|Safari)\/(\d+)/.exec(agent)
  return found === null
    ? agent.slice(0, 60) || 'unknown browser'
    : `${found[1] === 'Edg' ? 'Edge' : (found[1] ?? '')} ${found[2] ?? ''}`
}
