import { Component, type ReactNode } from 'react';
import { Bug } from 'lucide-react';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';
import { Empty } from '@/ui/Empty';

/** A fault while drawing takes down this part alone, and says how to go on. */
export class CrashGuard extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true };
  }

  override render(): ReactNode {
    return this.state.crashed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { t } = useSpeech();
  return (
    <div role="alert">
      <Empty
        icon={Bug}
        heading="h1"
        title={t.errors.crashed}
        help={t.errors.crashedHelp}
        action={
          <Button tone="primary" onClick={() => window.location.reload()}>
            {t.errors.reload}
          </Button>
        }
      />
    </div>
  );
}
