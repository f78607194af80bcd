// A small window in a corner of the screen; what is dragged out of it is the
// file it was started with, as out of a folder that the desktop shows.
//   cc drag.c $(pkg-config --cflags --libs gtk+-3.0)
//   drag FILE X Y
#include <gtk/gtk.h>
#include <stdlib.h>

static void give(GtkWidget *w, GdkDragContext *c, GtkSelectionData *data, guint info, guint time, gpointer file) {
  gchar *uri = g_filename_to_uri(file, NULL, NULL);
  gchar *uris[] = {uri, NULL};
  gtk_selection_data_set_uris(data, uris);
  g_free(uri);
}

static gboolean shown(GtkWidget *w, GdkEvent *e, gpointer p) {
  puts("shown");
  fflush(stdout);
  return FALSE;
}

int main(int argc, char **argv) {
  gtk_init(&argc, &argv);
  if (argc < 4) return 2;
  // Nobody manages windows on the tests' screen: this one is simply on top.
  GtkWidget *w = gtk_window_new(GTK_WINDOW_POPUP);
  gtk_window_set_default_size(GTK_WINDOW(w), 48, 36);
  gtk_window_move(GTK_WINDOW(w), atoi(argv[2]), atoi(argv[3]));
  gtk_drag_source_set(w, GDK_BUTTON1_MASK, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_source_add_uri_targets(w);
  g_signal_connect(w, "drag-data-get", G_CALLBACK(give), argv[1]);
  g_signal_connect(w, "drag-end", G_CALLBACK(gtk_main_quit), NULL);
  g_signal_connect(w, "map-event", G_CALLBACK(shown), NULL);
  gtk_widget_show_all(w);
  gtk_main();
  return 0;
}
