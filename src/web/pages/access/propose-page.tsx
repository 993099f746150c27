import type { ProposalView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useWhyNotAsk } from '../../data/caller.ts'
import { address, proposedIn } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { useSearch } from '../../route/location.ts'
import { Answer, Together } from '../../ui/answer.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted } from '../../ui/value.tsx'
import { isComplete, ProposeForm } from './propose-form.tsx'
import { Sight } from './sight.tsx'

/** A change of access or of a quota as Git takes it, with the difference that it makes. Nothing is written from here. */
export function ProposePage() {
  usePageTitle('Propose a change')
  const search = useSearch()
  const given = proposedIn(search)
  const whoami = useAnswer('whoami', {}, { every: 60_000 })
  const bundles = useAnswer('names', { query: { of: 'bundles' } }, { every: 60_000 })
  const whyNot = useWhyNotAsk('operate')
  const { bundle, change, subject, role, namespace, name, bounds } = given
  const complete = isComplete(given)
  const proposal = useAnswer(
    'proposal',
    {
      params: { bundle },
      query: {
        change,
        namespace: namespace.trim(),
        ...(change === 'bound' ? { bounds: bounds.split(',').map((one) => one.trim()) } : { subject }),
        ...(change === 'give' ? { role } : { name: name.trim() }),
      },
    },
    { when: complete && whyNot === undefined, every: false },
  )
  return (
    <div className="page">
      <p className="crumbs">
        <Link to={address.access()}>Access and quota</Link>
      </p>
      <h1>Propose a change</h1>
      <p className="sub">
        Access and quotas of the clusters are changed where Git declares them. Here is the patch, and what it
        would change for whom; nothing is written.
      </p>
      <Together of={[whoami, bundles]} what="what you may change">
        {whyNot === undefined ? (
          <>
            <ProposeForm key={JSON.stringify(given)} given={given} bundles={bundles.data?.names ?? []} />
            {complete ? (
              <Answer of={proposal} what="what the change would be" stillWorks="Mend what is written above.">
                {(view) => <Proposal view={view} />}
              </Answer>
            ) : null}
          </>
        ) : (
          <Empty title="You cannot propose a change">{whyNot}.</Empty>
        )}
      </Together>
    </div>
  )
}

function Proposal({ view }: { readonly view: ProposalView }) {
  return (
    <>
      <Sight of={view} />
      {view.bounds.length > 0 ? <Bounds view={view} /> : <Effects view={view} />}
      {view.notes.map((note) => (
        <p key={note} className="sub">
          {note}
        </p>
      ))}
      {view.patch === undefined ? (
        <>
          <p className="trouble">
            There is no patch: {view.refused ?? 'the file is not known'}. This is the object as it is to be.
          </p>
          <div className="patch" tabIndex={0} role="region" aria-label="The object">
            <pre>{view.object}</pre>
          </div>
          <CopyButton text={() => view.object}>Copy the object</CopyButton>
        </>
      ) : (
        <Patch view={view} patch={view.patch} />
      )}
    </>
  )
}

const words = { gains: 'gains', loses: 'loses', keeps: 'no change' } as const

function Effects({ view: { permissions, effects, clusters } }: { readonly view: ProposalView }) {
  return (
    <section aria-label="Difference" className="found">
      <div className="section-head">
        <h2>Who gains, who loses</h2>
        <span className="sub">
          on {counted(clusters, 'cluster')} of the bundle, by what names the subject itself
        </span>
      </div>
      {effects.length === 0 ? (
        <Empty title="None of these permissions changes">
          The role allows none of them on these clusters, or is not there.
        </Empty>
      ) : (
        <div className="table-box">
          <table className="table compact">
            <thead>
              <tr>
                <th>Permission</th>
                <th>Environment</th>
                <th>Difference</th>
                <th className="right">Clusters</th>
                <th>Because of</th>
              </tr>
            </thead>
            <tbody>
              {effects.map(({ permission, environment, what, clusters: on, by }) => (
                <tr key={`${permission} ${environment} ${what}`}>
                  <td>{permissions[permission]}</td>
                  <td>{environment}</td>
                  <td>
                    {what === 'keeps' ? '=' : what === 'gains' ? '+' : '−'} <b>{words[what]}</b>
                  </td>
                  <td className="right">{on.toLocaleString('en')}</td>
                  <td>{what === 'keeps' ? `also by ${by.join(', ')}` : 'this change'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function Bounds({ view: { bounds } }: { readonly view: ProposalView }) {
  return (
    <section aria-label="Difference" className="found">
      <div className="section-head">
        <h2>Who would be over</h2>
        <span className="sub">what runs goes on; nothing new begins where more is used than the bound</span>
      </div>
      <div className="table-box">
        <table className="table compact">
          <thead>
            <tr>
              <th>Resource</th>
              <th className="right">Bound now</th>
              <th className="right">Then</th>
              <th className="right">Clusters</th>
              <th>Over the new bound</th>
            </tr>
          </thead>
          <tbody>
            {bounds.map(({ resource, from, to, clusters, over, overCount, uncounted }) => (
              <tr key={resource}>
                <td>
                  <code>{resource}</code>
                </td>
                <td className="right">{from}</td>
                <td className="right">
                  <b>{to}</b>
                </td>
                <td className="right">{clusters.toLocaleString('en')}</td>
                <td>
                  {overCount === 0 ? 'none' : `${over.join(', ')}${overCount > over.length ? ' …' : ''}`}
                  {uncounted === 0 ? null : (
                    <div className="below">{counted(uncounted, 'cluster')} told no use</div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Patch({ view, patch }: { readonly view: ProposalView; readonly patch: string }) {
  const commands = commandsOf(view)
  const lines = patch.replace(/\n$/, '').split('\n')
  return (
    <section aria-label="Patch">
      <div className="section-head">
        <h2>Patch</h2>
        <span className="sub">
          of {view.files.join(' and ')} in {view.repository}, branch {view.branch}
        </span>
        <span className="grow" />
        <CopyButton text={() => patch}>Copy the patch</CopyButton>
        <button type="button" className="button small-button" onClick={() => download(patch)}>
          Download
        </button>
      </div>
      <div className="patch" tabIndex={0} role="region" aria-label="The patch">
        <pre>
          {lines.map((line, at) => (
            // Lines repeat, and never move.
            <div key={`${at} ${line}`} className={classOf(line)}>
              {line === '' ? ' ' : line}
            </div>
          ))}
        </pre>
      </div>
      <div className="section-head">
        <h2>Then</h2>
        <span className="sub">in a clone of the repository, with the patch saved as {fileName}</span>
        <span className="grow" />
        <CopyButton text={() => commands}>Copy the commands</CopyButton>
      </div>
      <pre className="patch command">{commands}</pre>
    </section>
  )
}

const fileName = 'change.patch'

function commandsOf({ bundle, branch, files }: ProposalView): string {
  const quoted = files.map((file) => `'${file.replaceAll("'", "'\\''")}'`).join(' ')
  return [
    `git switch --create propose-${bundle} origin/${branch}`,
    `git apply ${fileName}`,
    `git add ${quoted}`,
    `git commit --message 'Change access of ${bundle}'`,
    `git push --set-upstream origin propose-${bundle}`,
  ].join('\n')
}

function classOf(line: string): string {
  if (line.startsWith('+++') || line.startsWith('---')) return ''
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : ''
}

function download(patch: string): void {
  const url = URL.createObjectURL(new Blob([patch], { type: 'text/x-diff' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  URL.revokeObjectURL(url)
}
