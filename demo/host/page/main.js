import { createApp } from 'vue';
import App from './App.vue';
import { elements } from './prodgate.js';
import { people } from './people.js';
import './host.css';

const settings = await (await fetch('/settings.json')).json();
await people.start(settings);
// Without Prodgate the console is there all the same: an element that nobody defined shows what stands inside it.
await elements.start(settings).catch(reportError);
createApp(App).mount('#app');
