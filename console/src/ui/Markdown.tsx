// Loaded only where Markdown is shown. Raw HTML is not rendered at all, and what is left is sanitised besides.
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { isWebAddress, OutLink } from './OutLink';

const COMPONENTS: Components = {
  // Somebody else's words stand below the page's own headings.
  h1: ({ children }) => <h4>{children}</h4>,
  h2: ({ children }) => <h5>{children}</h5>,
  h3: ({ children }) => <h6>{children}</h6>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
  h6: ({ children }) => <h6>{children}</h6>,
  a: ({ href, children }) =>
    href && isWebAddress(href) ? <OutLink to={href}>{children}</OutLink> : <>{children}</>,
  // An image would tell its server who reads the request, and the content security policy blocks it anyway.
  img: ({ alt }) => <>{alt}</>,
  // A scrollable part must be reachable by keyboard.
  pre: ({ children }) => (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre tabIndex={0}>{children}</pre>
  ),
};

export default function Markdown({ text }: { text: string }) {
  return (
    <div className="prose">
      <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
