import { useEffect, useRef } from 'react';

const ADDRESS = '/v1/templates/frame';

/** Shows a page that a template made, where it can neither run nor load nor reach anything. */
export function DocumentFrame({ page, title }: { page: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    // The frame's origin is nobody's: it is told by its window, and what it is told is the document alone.
    const give = () => frame.current?.contentWindow?.postMessage(page, '*');
    const ready = ({ source }: MessageEvent) => {
      if (source === frame.current?.contentWindow) give();
    };
    window.addEventListener('message', ready);
    give();
    return () => window.removeEventListener('message', ready);
  }, [page]);
  return (
    <iframe
      ref={frame}
      src={ADDRESS}
      title={title}
      sandbox="allow-scripts"
      className="h-[42rem] w-full rounded-md border border-line bg-white"
    />
  );
}
